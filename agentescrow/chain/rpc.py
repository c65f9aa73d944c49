"""Questions to a node by the hundred: JSON-RPC in batches, answers as plain JSON.

For who reads every event. Everything else asks through web3's own objects, which are pleasant and
a hundred times slower.
"""

from __future__ import annotations

from typing import Any, Final, cast

import orjson
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from agentescrow.chain.reverts import in_words, making_sense
from agentescrow.errors import NodeRefused, NodeUnreachable

_TIMEOUT_SECONDS: Final = 30

Question = tuple[str, list[Any]]
"""A method and its parameters."""


class _Provider(HTTPProvider):
    """web3's provider with a faster JSON reader, and without retries: they are the caller's."""

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        try:
            return cast(RPCResponse, orjson.loads(raw_response))
        except orjson.JSONDecodeError:
            raise NodeUnreachable("the node's answer broke off") from None


class Node:
    """A node that is asked many things at once."""

    def __init__(self, rpc_url: str, timeout: float = _TIMEOUT_SECONDS) -> None:
        """Connect to nothing yet.

        Args:
            rpc_url: Its address.
            timeout: Seconds after which an answer comes too late.
        """
        self._provider = _Provider(
            rpc_url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None
        )

    def ask(self, *questions: Question) -> list[Any]:
        """Ask in one request.

        Args:
            questions: At least one.

        Returns:
            The results in the order of the questions.

        Raises:
            NodeUnreachable: Nobody answers, or not in time, or in part.
            NodeRefused: It answers one of the questions with an error.
        """
        answers = self.try_each(*questions)
        for answer in answers:
            if isinstance(answer, NodeRefused):
                raise answer
        return answers

    def try_each(self, *questions: Question) -> list[Any]:
        """Ask in one request; a question that is refused has a `NodeRefused` for its result.

        Raises:
            NodeUnreachable: As `ask`.
            NodeRefused: It refuses the request as a whole.
        """
        answers = self.answers(*questions)
        return [each["result"] if "result" in each else refusal(each) for each in answers]

    def answers(self, *questions: Question) -> list[RPCResponse]:
        """Ask in one request, and return the answers as they came, errors too.

        Raises:
            NodeUnreachable: As `ask`.
            NodeRefused: It refuses the request as a whole.
        """
        with in_words(), making_sense():
            answers = self._provider.make_batch_request(
                [(RPCEndpoint(method), parameters) for method, parameters in questions]
            )
        if not isinstance(answers, list):
            raise refusal(answers)
        if len(answers) != len(questions):
            raise NodeUnreachable("the node answered a part of the questions only")
        if not all(isinstance(each, dict) for each in answers):
            raise NodeUnreachable("the node's answer makes no sense: it is no object")
        return answers


def refusal(answer: RPCResponse) -> NodeRefused:
    """What an answer without a result says.

    Args:
        answer: As it came.
    """
    error = answer.get("error") if isinstance(answer, dict) else None
    words = error.get("message") if isinstance(error, dict) else error or "no reason given"
    return NodeRefused(f"the node refused: {words}")
