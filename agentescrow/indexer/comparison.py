"""Comparison of rows with the contracts' views at the indexed block: what events cannot prove.

A few rows are compared at a time, so that new blocks are not delayed: a round when the head is
reached, and then one every day. Nouns register which rows are compared with which views.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from eth_abi.abi import decode

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.decode import checksummed
from agentescrow.chain.reader import Call, Header, Reader
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import NodeBusy, NodeRefused, RowsDiffer
from agentescrow.indexer.settled_reads import require_wrong
from agentescrow.indexer.storable_text import storable
from agentescrow.store.database import Connection
from agentescrow.store.position import Block, indexed_block
from agentescrow.store.schema import AnyRow

_ROWS_AT_ONCE: Final = 20  # of five views each at most
_DAY: Final = 86_400.0

_log = logging.getLogger(__name__)


class Expected(NamedTuple):
    """Answer that a contract should give, according to the rows.

    Args:
        what: Subject for messages ("run 7").
        call: View of the contract.
        read: Converts the contract's answer, None if it reverts, into a value to compare.
        indexed: Value according to the rows.
    """

    what: str
    call: Call
    read: Callable[[bytes | None], object]
    indexed: object


Step = Callable[[Connection], Sequence[Expected]]
"""Reads some rows; each step of a round sees the rows as they are by then."""

Source = Callable[[Contracts], Iterator[Step]]
"""Steps of one noun in a round."""

S = TypeVar("S", bound=Source)
SOURCES: Final[list[Source]] = []


def compares_rows(source: S) -> S:
    """Register the decorated function."""
    SOURCES.append(source)
    return source


def pages(
    rows: Callable[..., Sequence[AnyRow]],
    key: str,
    expected: Callable[[AnyRow], list[Expected]],
    *,
    before: int,
) -> Iterator[Step]:
    """Compare the rows of a table by number.

    Args:
        rows: Reads rows with a number above `after`, at most `limit`.
        key: Column of the number.
        expected: Answers that the contracts should give on a row.
        before: Number below the first.
    """
    after, has_more = before, True

    def step(connection: Connection) -> list[Expected]:
        nonlocal after, has_more
        some = rows(connection, after=after, limit=_ROWS_AT_ONCE)
        has_more = len(some) == _ROWS_AT_ONCE
        if some:
            after = getattr(some[-1], key)
        return [each for row in some for each in expected(row)]

    while has_more:
        yield step


class Comparison:
    """Compares rows with the contracts, round by round."""

    def __init__(self, reader: Reader, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a round that is due at once.

        Args:
            reader: Chain to ask.
            clock: Seconds.
        """
        self._reader = reader
        self._clock = clock
        self._due = 0.0
        self._steps: Iterator[Step] | None = None

    def step(self, connection: Connection) -> bool:
        """Compare some rows if a round is due, and return whether the round has more.

        Args:
            connection: Connection without an open transaction.

        Raises:
            RowsDiffer: Rows differ from what a contract answers again and again.
            NodeUnreachable, NodeBusy: The node does not answer now.
        """
        if self._steps is None:
            if self._clock() < self._due:
                return False
            self._steps = self._round()
        step = next(self._steps, None)
        try:
            if step is not None:
                self._compare(connection, step)
                return True
        except NodeBusy:
            raise
        except NodeRefused as refused:
            _log.warning("rows are not compared with the contracts: %s", refused)
        self._steps, self._due = None, self._clock() + _DAY
        return False

    def _round(self) -> Iterator[Step]:
        for source in SOURCES:
            yield from source(self._reader.contracts)

    def _compare(self, connection: Connection, step: Step) -> None:
        with connection.begin():
            block = indexed_block(connection)
            expected = step(connection)
        if block is not None and expected:
            answers = self._reader.views(_header(block), [each.call for each in expected])
            for each, answer in zip(expected, answers, strict=True):
                if each.read(answer) != each.indexed:
                    self._require_different(block, each, each.read(answer))

    def _require_different(self, block: Block, expected: Expected, answered: object) -> None:
        header = _header(block)

        def is_right() -> bool:
            (answer,) = self._reader.views(header, [expected.call])
            return bool(expected.read(answer) == expected.indexed)

        differ = RowsDiffer(expected.what, block.number, expected.indexed, answered)
        require_wrong(self._reader, is_right, differ)


def read_address(answer: bytes | None) -> str | None:
    """Convert an answer into an address; None if it is zero, or the call reverts."""
    if answer is None:
        return None
    address = checksummed("0x" + answer[-20:].hex())
    return None if address == ZERO_ADDRESS else address


def read_flag(answer: bytes | None) -> bool:
    """Convert an answer into a flag; False if the call reverts."""
    return answer is not None and any(answer)


def read_text(answer: bytes | None) -> str | None:
    """Convert an answer into a text as the database stores it; None if the call reverts."""
    if answer is None:
        return None
    (text,) = decode(["bytes"], answer)  # decodes any string, even one that is not UTF-8
    return storable(text.decode("utf-8", "replace"))


def read_struct(types: Sequence[str], answer: bytes) -> tuple[Any, ...]:
    """Convert an answer into the values of a struct of static types."""
    values = decode(types, answer)
    return tuple(
        checksummed(value) if kind == "address" else value
        for kind, value in zip(types, values, strict=True)
    )


def _header(block: Block) -> Header:
    return Header(block.number, block.hash, block.parent_hash, block.time, 0)
