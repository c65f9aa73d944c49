"""Events in the order of the chain, from a place on."""

from __future__ import annotations

from collections.abc import Sequence
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
from agentescrow.store.runs import AnyRow
from agentescrow.store.tables import events


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events.

    Args:
        run_id: About this run alone.
        agent_id: About this agent alone.
        names: Of these names alone, each once; none for any.
    """

    run_id: int | None = None
    agent_id: int | None = None
    names: tuple[str, ...] = ()

    @property
    def named_alone(self) -> bool:
        """Whether nothing but names leaves events out."""
        return bool(self.names) and self.run_id is None and self.agent_id is None

    def conditions(self, table: FromClause = events) -> list[ColumnElement[bool]]:
        """What has to be true of a row.

        Args:
            table: Where it is.
        """
        found = [
            table.c[name] == value
            for name, value in (("run_id", self.run_id), ("agent_id", self.agent_id))
            if value is not None
        ]
        return [*found, table.c.name.in_(self.names)] if self.names else found


ALL: Final = EventFilter()
_PLACE: Final = (events.c.block_number, events.c.log_index)


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
    found = connection.execute(_first(places, wanted, limit)).all()
    sums = accumulate(place.length for place in found)
    fitting = max(sum(total <= longest for total in sums), 1)
    if not wanted.named_alone:
        return connection.execute(_first(select(events).where(*later), wanted, fitting)).all()
    rows: list[AnyRow] = []
    for some in batched([(place.block_number, place.log_index) for place in found[:fitting]]):
        rows += connection.execute(in_order(select(events).where(having(events, some))))
    return rows


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
    if not wanted.named_alone:
        return in_order(found.where(*wanted.conditions())).limit(limit)
    each = [
        select(in_order(found.where(events.c.name == name)).limit(limit).subquery())
        for name in wanted.names
    ]
    merged = union_all(*each).subquery()
    return in_order(select(merged), merged.c).limit(limit)
