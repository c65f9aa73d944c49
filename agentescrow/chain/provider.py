"""A node over HTTP: whatever it answers becomes a result or an error, both in one form.

All that speaks to a node does it through here, web3 as well as whoever asks many things at once.
Nodes and gateways differ in the HTTP status beside an error, in the form of the error, and in what
they take; none of that goes further than this.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, cast

import requests
from eth_typing import URI
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from agentescrow.chain.fees import tip_of
from agentescrow.chain.reverts import node_message, refusal, translate
from agentescrow.errors import (
    AgentEscrowError,
    ContractReverted,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
)

Question = tuple[str, list[Any]]
"""A method and its parameters."""

_TIMEOUT_SECONDS: Final = 30
_FIRST_PAUSE: Final = 0.125
_CHUNK: Final = 1 << 20
_TIP: Final = "eth_maxPriorityFeePerGas"
_NEVER_TWICE: Final = "eth_sendTransaction"  # the node would sign another one
_TOO_OFTEN: Final = 429
_LATER: Final = (408, _TOO_OFTEN)
_SERVERS_FAULT: Final = 500
_INTERNAL_ERROR: Final = -32603


UNANSWERED: Final = object()
"""In the place of an answer: the node has left it out, or wants it asked in a smaller batch."""

_ABOUT_BATCHES: Final = re.compile(
    r"batch|too many (?:calls|requests)|rate.?limit|compute units|throughput|too large", re.I
)


class BatchRefused(Exception):
    """The node answers none of several questions; fewer of them it might.

    Args:
        meaning: What it says.
    """

    def __init__(self, meaning: AgentEscrowError) -> None:
        super().__init__(meaning)
        self.meaning = meaning


class _Page(NodeUnreachable):
    """A refusal by HTTP alone, as of a gateway: without JSON, and not of the kind that passes."""


class TooMuch(NodeRefused):
    """The answer is longer than whoever asks can hold."""


class NodeProvider(HTTPProvider):
    """web3's provider, whose answers have one form whatever the node."""

    def __init__(
        self,
        rpc_url: str,
        *,
        attempts: int = 1,
        timeout: float = _TIMEOUT_SECONDS,
        loads: Callable[[bytes], Any] = json.loads,
    ) -> None:
        """Connect to nothing yet.

        Args:
            rpc_url: Address of the node.
            attempts: How often to ask a node that does not answer, or takes no more for now.
            timeout: Seconds after which an answer comes too late.
            loads: Reads JSON, for who has much of it to read.
        """
        super().__init__(
            rpc_url,
            request_kwargs={"timeout": timeout, "stream": True},
            exception_retry_configuration=None,
        )
        self._attempts = attempts
        self._loads = loads

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:  # noqa: ANN401 - JSON
        """Ask one thing, for web3; an error of the node's comes as JSON-RPC has it.

        Raises:
            ContractReverted: A contract refuses.
            NodeBusy: The node takes no more questions for now.
            NodeUnreachable: Nobody answers, or what is no answer.
        """
        question = self.encode_rpc_request(method, params)
        answer = self._patiently(question, 1 if method == _NEVER_TWICE else self._attempts)
        return self._tip(answer) if method == _TIP and "error" in answer else answer

    def ask_many(
        self, questions: Sequence[Question], *, as_list: bool, longest: int | None = None
    ) -> list[Any]:
        """Ask in one request.

        Args:
            questions: At least one.
            as_list: As JSON-RPC has a batch; else there is one question, which is asked alone.
            longest: Bytes that the answer may have.

        Returns:
            What the node says to each: the result, an error of this package, or `UNANSWERED`.

        Raises:
            BatchRefused: It takes no such batch.
            TooMuch: The answer is longer.
            NodeUnreachable: Nobody answers, or what is no answer.
        """
        asked = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": parameters}
            for place, (method, parameters) in enumerate(questions)
        ]
        try:
            status, answers = self._post(
                json.dumps(asked if as_list else asked[0]).encode(), longest
            )
        except _Page as page:
            raise BatchRefused(page) from page
        if not as_list:
            return [_said(answers, status)]
        if isinstance(answers, dict):
            answers = [answers | {"id": None}]
        if not (isinstance(answers, list) and all(isinstance(each, dict) for each in answers)):
            raise _no_sense(answers)
        if len(answers) == 1 and answers[0].get("id") is None:
            raise BatchRefused(_meaning(answers[0], status) or _no_sense(answers[0]))
        said = {each.get("id"): _said(each, status) for each in answers}
        return [_unless_about_batch(said.get(n, UNANSWERED), len(asked)) for n in range(len(asked))]

    def _patiently(self, question: bytes, attempts: int) -> RPCResponse:
        for attempt in range(1, attempts):
            with suppress(NodeUnreachable, NodeBusy):
                return self._one(question)
            time.sleep(_FIRST_PAUSE * 2 ** (attempt - 1))
        return self._one(question)

    def _tip(self, refused: RPCResponse) -> RPCResponse:
        """The tip of a node that does not say it: what its gas price leaves."""
        price = self.make_request(RPCEndpoint("eth_gasPrice"), [])
        block = self.make_request(RPCEndpoint("eth_getBlockByNumber"), ["latest", False])
        if "error" in price or "error" in block:
            return refused
        base_fee = block["result"].get("baseFeePerGas") or "0x0"
        tip = tip_of(int(price["result"], 16), int(base_fee, 16))
        return {**price, "result": hex(tip)}

    def _one(self, question: bytes) -> RPCResponse:
        status, answer = self._post(question)
        meaning = _meaning(answer, status)
        if isinstance(meaning, (ContractReverted, NodeBusy)):
            raise meaning
        if meaning is not None:
            return cast(RPCResponse, {"jsonrpc": "2.0", "id": 0, "error": _plain(answer["error"])})
        if not isinstance(answer, dict) or "result" not in answer:
            raise _no_sense(answer)
        return cast(RPCResponse, {"jsonrpc": "2.0", "id": 0, "result": answer["result"]})

    def _post(self, asked: bytes, longest: int | None = None) -> tuple[int, Any]:
        """The HTTP status and the JSON of an answer."""
        sessions, arguments = self._request_session_manager, self.get_request_kwargs()
        try:
            with sessions.get_response_from_post_request(
                cast(URI, self.endpoint_uri), data=asked, **arguments
            ) as response:
                status, body = response.status_code, _read(response, longest)
        except requests.RequestException as error:
            raise translate(error) or error from error
        try:
            answer = self._loads(body)
        except (ValueError, RecursionError):
            answer = None
        if status < 400:
            if answer is None and body.strip() != b"null":
                raise NodeUnreachable("the node's answer broke off")
            return status, answer
        if isinstance(answer, list) or _meaning(answer, status) is not None:
            return status, answer
        kind = NodeUnreachable if status in _LATER or status >= _SERVERS_FAULT else _Page
        raise kind(f"the node does not answer: check the RPC address and the network ({status})")


def _read(response: requests.Response, longest: int | None) -> bytes:
    parts, length = [], 0
    for part in response.iter_content(_CHUNK):
        parts.append(part)
        length += len(part)
        if longest is not None and length > longest:
            raise TooMuch(f"the node's answer has more than {longest} bytes")
    return b"".join(parts)


def _said(answer: Any, status: int) -> Any:  # noqa: ANN401 - JSON
    """The result, or the error of this package that an answer means."""
    meaning = _meaning(answer, status)
    if meaning is not None:
        return meaning
    if not isinstance(answer, dict):
        raise _no_sense(answer)
    return answer["result"] if "result" in answer else refusal(None)


def _meaning(answer: Any, status: int) -> AgentEscrowError | None:  # noqa: ANN401 - JSON
    """What an answer's error means; `null` is none, and beside any other the result is not one."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if error is None:
        return None
    meaning = refusal(error)
    busy = status == _TOO_OFTEN and isinstance(meaning, NodeRefused)
    return NodeBusy(str(meaning)) if busy else meaning


def _unless_about_batch(said: Any, asked: int) -> Any:  # noqa: ANN401 - JSON
    """`UNANSWERED` where a node refuses one of several questions because they are several."""
    about = asked > 1 and isinstance(said, NodeRefused) and _ABOUT_BATCHES.search(str(said))
    return UNANSWERED if about else said


def _plain(error: object) -> dict[str, Any]:
    """An error as web3 takes it."""
    code = error.get("code") if isinstance(error, dict) else None
    return {
        "code": code if isinstance(code, int) else _INTERNAL_ERROR,
        "message": node_message(error),
    }


def _no_sense(answer: object) -> NodeUnreachable:
    return NodeUnreachable(f"the node's answer is malformed: {node_message(str(answer))}")
