"""Events in the order of the chain, from a place on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    func,
    not_,
    or_,
    select,
    union_all,
)

from agentescrow.store.bulk import batched, having
from agentescrow.store.kernel_tables import events
from agentescrow.store.schema import AnyRow
from agentescrow.store.subjects import SUBJECTS


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Conditions that an event has to meet, all of them.

    Args:
        about: Subjects with their numbers, such as ("run_id", 7).
        names: Allowed names, each once; empty for any.
    """

    about: tuple[tuple[str, int], ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: object, names: tuple[str, ...] = ()) -> EventFilter:
        """Filter by the attributes of an object that are named like subjects and are not None."""
        asked = ((each.column, getattr(query, each.column)) for each in SUBJECTS)
        about = tuple((column, number) for column, number in asked if number is not None)
        return cls(about, names)

    @property
    def by_name_only(self) -> bool:
        """Whether names are the only condition."""
        return bool(self.names) and not self.about

    def conditions(self, table: FromClause = events) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of a table with the columns of `events`."""
        found = [table.c[column] == number for column, number in self.about]
        return [*found, table.c.name.in_(self.names)] if self.names else found


ALL: Final = EventFilter()
_PLACE: Final = (events.c.block_number, events.c.log_index)
_FEW: Final = (8, 64)


def events_after(
    connection: Connection,
    block_number: int,
    log_index: int,
    limit: int,
    longest: int,
    wanted: EventFilter = ALL,
) -> Sequence[AnyRow]:
    """The events after a place in the chain, in order.

    Args:
        connection: A transaction.
        block_number: Block of the place.
        log_index: Index of the place's log.
        limit: Most events.
        longest: Characters of all their arguments; a single event may have more.
        wanted: Which.
    """
    later = [events.c.block_number >= block_number, not_(up_to(events, block_number, log_index))]
    places = select(*_PLACE, func.length(events.c.data).label("length")).where(*later)
    found = that_fit(
        lambda number: connection.execute(_first(places, wanted, number)).all(), limit, longest
    )
    if not wanted.by_name_only:
        return connection.execute(_first(select(events).where(*later), wanted, len(found))).all()
    rows: list[AnyRow] = []
    for some in batched([(place.block_number, place.log_index) for place in found]):
        rows += connection.execute(in_order(select(events).where(having(events, some))))
    return rows


def that_fit(look: Callable[[int], Sequence[AnyRow]], limit: int, longest: int) -> Sequence[AnyRow]:
    """Take the first events whose arguments stay within a limit together; at least one.

    A database reads a text to count its characters, so few are looked at where they are large.

    Args:
        look: Finds that many of the first events, each with the `length` of its arguments.
        limit: Most events.
        longest: Characters of all their arguments; a single event may have more.
    """
    for number in (*(few for few in _FEW if few < limit), limit):
        found = look(number)
        fitting = max(sum(total <= longest for total in accumulate(r.length for r in found)), 1)
        if fitting < len(found) or len(found) < number:
            break
    return found[:fitting]


def up_to(table: FromClause, block_number: int, log_index: int) -> ColumnElement[bool]:
    """The condition that an event's place is no later than another one."""
    block, index = table.c.block_number, table.c.log_index
    return or_(block < block_number, and_(block == block_number, index <= log_index))


def in_order(query: Select[Any], columns: Any = events.c) -> Select[Any]:  # noqa: ANN401
    """Sort by place."""
    return query.order_by(columns.block_number, columns.log_index)


def _first(found: Select[Any], wanted: EventFilter, limit: int) -> Select[Any]:
    """The first of the events found that are wanted.

    Each name's index is walked for itself: one walk over several would have to sort.
    """
    if not wanted.by_name_only:
        return in_order(found.where(*wanted.conditions())).limit(limit)
    each = [
        select(in_order(found.where(events.c.name == name)).limit(limit).subquery())
        for name in wanted.names
    ]
    merged = union_all(*each).subquery()
    return in_order(select(merged), merged.c).limit(limit)
