"""Questions to a node by the hundred: JSON-RPC in batches, answers as plain JSON.

For who reads every event. Everything else asks through web3's own objects, which are pleasant and
a hundred times slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from agentescrow.chain.batch_size import BatchSize
from agentescrow.chain.provider import UNANSWERED, BatchRefused, NodeProvider, Question
from agentescrow.errors import AgentEscrowError, NodeRefused, NodeUnreachable

__all__ = ["Node", "Question", "required"]

_TIMEOUT_SECONDS: Final = 30


class Node:
    """A node that is asked many things at once; what fails is for the caller to ask again."""

    def __init__(self, rpc_url: str, timeout: float = _TIMEOUT_SECONDS) -> None:
        """Connect to nothing yet.

        Args:
            timeout: Seconds after which an answer comes too late.
        """
        self._provider = NodeProvider(rpc_url, timeout=timeout, loads=orjson.loads)
        self._size = BatchSize()

    def ask(self, *questions: Question, longest: int | None = None) -> list[Any]:
        """Ask, in one request where the node takes as many.

        Args:
            longest: Bytes that the answer to a request may have.

        Returns:
            The results in the order of the questions.

        Raises:
            NodeUnreachable: Nobody answers, or not in time, or nonsense.
            NodeRefused: It answers one of the questions with an error.
            ContractReverted: A contract does.
        """
        return required(self.try_each(*questions, longest=longest))

    def try_each(self, *questions: Question, longest: int | None = None) -> list[Any]:
        """Ask; what is refused has the error of this package for its result.

        Raises:
            NodeUnreachable: As `ask`.
            NodeRefused: It refuses everything.
        """
        size, found, why = self._size.copy(), dict[int, Any](), ""
        while left := [n for n in range(len(questions)) if n not in found]:
            some = left[: max(size.next, 1)]
            asked, as_list = [questions[n] for n in some], size.next > 0
            try:
                said = self._provider.ask_many(asked, as_list=as_list, longest=longest)
            except BatchRefused as refused:
                why = str(refused.meaning)
                if not as_list:
                    raise refused.meaning from refused
                size.refused(len(asked))
                continue
            if not as_list and str(said[0]) == why:
                raise said[0]  # the question alone is refused as the batches were
            answered = _answered(some, said)
            found |= answered
            if as_list:
                size.learn(len(asked), len(answered))
        if any(not isinstance(each, NodeRefused) for each in found.values()):
            self._size = size  # else what was refused was no matter of batches
        return [found[n] for n in range(len(questions))]


def _answered(places: Sequence[int], said: Sequence[Any]) -> dict[int, Any]:
    answered = {n: each for n, each in zip(places, said, strict=True) if each is not UNANSWERED}
    if not answered and len(places) == 1:
        raise NodeUnreachable("the node answered a part of the questions only")
    return answered


def required(answers: list[Any]) -> list[Any]:
    """The answers, where each of them is needed.

    Raises:
        AgentEscrowError: The first that is one.
    """
    for answer in answers:
        if isinstance(answer, AgentEscrowError):
            raise answer
    return answers
