"""Proof that no event is missing: numbers without gaps, beginnings, and the contracts' own totals.

A node whose receipts are pruned, or that is half synced, leaves logs out and reports no error.
Nouns register a check each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Final, TypeVar

from agentescrow.chain.events import Event
from agentescrow.errors import EventsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.store.changes import Changes
from agentescrow.store.database import Connection


class Check:
    """Check of one noun; a new one is made for each batch."""

    kinds: ClassVar[tuple[type[Event], ...]] = ()
    """Kinds of events that `see` gets."""

    def __init__(self, connection: Connection) -> None:
        """Read what the rows were before the batch."""

    def see(self, entry: Entry) -> None:
        """Look at an event of `kinds`, in the chain's order.

        Raises:
            EventsMissing: An event that must have come before it is missing.
        """

    def end(self) -> None:
        """Look at the batch after its last event.

        Raises:
            EventsMissing: An event that must have followed is missing.
        """

    def compare(self, changes: Changes, block: int, totals: Mapping[str, int]) -> None:
        """Compare the rows after the batch with totals that the contracts themselves keep.

        Args:
            changes: Changes of the transaction.
            block: Last block of the batch.
            totals: `Answer.owed` as of that block, as far as the node knows it.

        Raises:
            IndexWrong: They differ.
            EventsMissing: A contract exists, but not the events that it began with.
        """


C = TypeVar("C", bound=type[Check])
CHECKS: Final[list[type[Check]]] = []


def checks_completeness(check: C) -> C:
    """Register the decorated class."""
    CHECKS.append(check)
    return check


class Completeness:
    """All checks on one batch."""

    def __init__(self, connection: Connection) -> None:
        """Read what the rows were before the batch."""
        self._checks = [check(connection) for check in CHECKS]

    def require_in_order(self, entries: Iterable[Entry]) -> None:
        """Make sure that the events of a batch leave out nothing before or between them.

        Raises:
            EventsMissing: They do.
        """
        seeing: defaultdict[type[Event], list[Callable[[Entry], None]]] = defaultdict(list)
        for check in self._checks:
            for kind in check.kinds:
                seeing[kind].append(check.see)
        for entry in entries:
            for see in seeing.get(type(entry.log.event), ()):
                see(entry)
        for check in self._checks:
            check.end()

    def require_totals(self, changes: Changes, block: int, totals: Mapping[str, int]) -> None:
        """Make sure that rows add up to what the contracts say, which finds logs kept back.

        Args:
            changes: Changes of the transaction.
            block: Last block of the batch.
            totals: `Answer.owed` as of that block.

        Raises:
            IndexWrong: They do not.
            EventsMissing: A contract exists, but not the events that it began with.
        """
        for check in self._checks:
            check.compare(changes, block, totals)


def require_next(noun: str, number: int, last: int, block: int) -> int:
    """Make sure that a number follows the last one, and return it.

    Raises:
        EventsMissing: It does not.
    """
    if number != last + 1:
        raise EventsMissing(
            f"the beginning of {noun} {number}, but no block before has that of {noun} {last + 1}",
            block,
        )
    return number
