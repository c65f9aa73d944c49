"""A client reads its own writes, also where the node that answers is behind the one that mined.

Behind one address there are many nodes, and a receipt may come before the state at "latest" has
what it says: of load balancers with uneven nodes, and of blocks that are announced in advance. What
such a node says of an older state is no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from eth_typing import BlockNumber
from web3 import Web3
from web3.types import BlockIdentifier

from agentescrow.chain.reverts import translated_errors
from agentescrow.errors import NodeBehind, NodeRefused

T = TypeVar("T")

PATIENCE: Final = 30.0
"""Seconds until nodes behind one address have to agree."""

_CARE: Final = 60.0  # seconds after a write in which a node may still be behind it
_PAUSE: Final = 0.2
_NEAR: Final = 32  # blocks


class OwnWrites:
    """The last block that a client has written in, and reads that are no older than it."""

    def __init__(self, w3: Web3, chain_id: int | None = None) -> None:
        """Nothing is written yet.

        Args:
            chain_id: The chain that transactions are signed for; the one that the node says where
                None.
        """
        self.chain_id = chain_id
        self.count = 0
        """How many transactions were sent, or may have been."""
        self.last: str | None = None
        """The last one's hash; None while nobody has told it."""
        self._w3 = w3
        self._block = 0
        self._until = 0.0

    def sending(self) -> None:
        """Count a transaction, before anybody can have it: whatever follows may have sent it."""
        self.count += 1
        self.last = None

    def sent(self, transaction: str) -> None:
        """Note a transaction that was counted, once its hash is known."""
        self.last = transaction

    def expect(self, block: int) -> None:
        """Read nothing older than a block from now on."""
        self._block = max(self._block, block)
        self._until = time.monotonic() + _CARE

    def hear(self, block: int) -> bool:
        """Read nothing older than a block that others name; one that is far ahead is made up.

        Returns:
            Whether it is believed.

        Raises:
            ChainProblem: The node does not answer.
        """
        with translated_errors():
            head = self._w3.eth.block_number
        if block > head + _NEAR:
            return False
        self.expect(block)
        return True

    def read(self, ask: Callable[[BlockIdentifier], T], block: BlockIdentifier = "latest") -> T:
        """Ask at a block that has our last transaction; wait for a node that has it.

        A contract's refusal is final then, because it is one of that block or a later one.

        Args:
            ask: Asks at the block that it is given.
            block: A certain block, which a node may be about to have.

        Raises:
            ContractReverted: A contract refuses.
            NodeBehind: No node has the block in time.
            ChainProblem: The node does not answer.
        """
        end = time.monotonic() + PATIENCE
        if block != "latest":
            return self._at(ask, block, end)
        while time.monotonic() < self._until:
            try:
                with translated_errors():
                    return ask(self._recent())
            except NodeRefused as problem:
                if time.monotonic() >= end:
                    words = problem.words if isinstance(problem, NodeBehind) else str(problem)
                    behind, self._block = self._block, 0
                    self._until = 0.0  # a chain that was put back is no reason to wait for ever
                    raise NodeBehind(behind, words) from problem
            time.sleep(_PAUSE)
        with translated_errors():
            return ask("latest")

    def _at(self, ask: Callable[[BlockIdentifier], T], block: BlockIdentifier, end: float) -> T:
        while True:
            try:
                with translated_errors():
                    return ask(block)
            except NodeRefused:
                if time.monotonic() >= end or not self._is_near(block):
                    raise
            time.sleep(_PAUSE)

    def _is_near(self, block: BlockIdentifier) -> bool:
        """Whether one node may have a block while another does not have it yet."""
        with translated_errors():
            head = self._w3.eth.block_number
        return isinstance(block, int) and abs(block - head) <= _NEAR

    def _recent(self) -> BlockNumber:
        """The latest block by its number, which a node that is behind cannot answer for."""
        head = self._w3.eth.block_number
        if head < self._block:
            raise NodeBehind(self._block, f"it is at block {head}")
        return head
