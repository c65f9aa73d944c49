"""A stretch of the chain that is ready to be turned into rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from agentescrow.chain.reader import Header, Log


class Entry(NamedTuple):
    """An event with all that a row needs to know of where it stands.

    Args:
        log: The event and its place.
        time: Unix second of its block.
    """

    log: Log
    time: int


@dataclass(frozen=True, slots=True)
class Batch:
    """All events of a range of blocks, checked to be of one chain.

    Args:
        first: Its first block.
        last: Its last block.
        keep_from: From here on every block may have to be taken back; all of its blocks, or none.
        headers: The blocks that are known by their header, the last one among them: all of them,
            where they may have to be taken back.
        entries: The events, in the chain's order.
        owed: `totalOwed()` at the last block by name of contract, and `runCount()`, as far as the
            node knows them.
        size: About how many bytes of logs it was made of.
    """

    first: int
    last: Header
    keep_from: int
    headers: Mapping[int, Header]
    entries: list[Entry]
    owed: Mapping[str, int]
    size: int = 0

    @property
    def blocks(self) -> int:
        """How many blocks it is long."""
        return self.last.number - self.first + 1

    def by_block(self) -> Iterator[tuple[Header, list[Entry]]]:
        """Every block with its events, where every header is there."""
        found = {
            number: list(entries)
            for number, entries in groupby(self.entries, lambda entry: entry.log.block_number)
        }
        for number in range(self.first, self.last.number + 1):
            yield self.headers[number], found.get(number, [])
