"""Runs: one, a page of them, and their events."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    union_all,
)

from agentescrow.domain.run import FINAL_STATES, RunState
from agentescrow.store.prepared import Prepared, Statement
from agentescrow.store.tables import blocks, events, runs
from agentescrow.store.totals import count_runs

AnyRow = Row[tuple[Any, ...]]
Kind = frozenset[str]

SORTS: Final = ("newest", "oldest", "reward")
"""Orders of a list: by number, falling or rising; by reward, falling, the newer run first."""


_HIDDEN: Final = {
    "funded_at",
    "started_at",
    "ended_at",
    "silent",
    "refund",
    "compensation",
    "updated_block",
}
_RARE: Final = 5_000  # matches that are as soon sorted as 100 of them are met by number
_SHOWN: Final = [column for column in runs.c if column.name not in _HIDDEN]
_AS_OF: Final = (
    select(blocks.c.hash).order_by(blocks.c.number.desc()).limit(1).scalar_subquery()
).label("as_of")
_LIMIT: Final = bindparam("limit", type_=BigInteger)
_STATES: Final = [f"state_{number}" for number in range(len(RunState))]
_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "first": runs.c.run_id >= bindparam("first", type_=BigInteger),
    "last": runs.c.run_id <= bindparam("last", type_=BigInteger),
    "min_reward": runs.c.reward >= bindparam("min_reward"),
    "poster": runs.c.poster == bindparam("poster"),
    "agent_id": runs.c.agent_id == bindparam("agent_id"),
}


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs.

    Args:
        states: Of these states alone, each once; none for any.
        min_reward: With at least this reward, base units.
        poster: Of this poster, in checksum case.
        agent_id: Claimed by this agent.
        first: From this number on; see `created_within`.
        last: Up to this number.
    """

    states: tuple[RunState, ...] = ()
    min_reward: int = 0
    poster: str | None = None
    agent_id: int | None = None
    first: int | None = None
    last: int | None = None

    @property
    def kind(self) -> Kind:
        """Which of the conditions are set."""
        return frozenset(_values(self))

    @property
    def counted(self) -> bool:
        """Whether the totals are kept, so that nothing has to be counted."""
        return self.poster is None and self.agent_id is None and self.last is None

    @property
    def numbered(self) -> bool:
        """Whether it is all runs of a range of numbers, which has no gaps."""
        return self.kind <= {"first", "last"}

    @property
    def everything(self) -> bool:
        """Whether no run is left out."""
        return not self.kind


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: after the run with this number and reward.

    Args:
        run_id: Number.
        reward: Base units.
    """

    run_id: int
    reward: int


def last_run(connection: Connection) -> int:
    """The highest run, 0 where there is none: their numbers have no gaps."""
    return int(connection.execute(select(func.max(runs.c.run_id))).scalar_one() or 0)


def live_runs(connection: Connection, *, after: int, limit: int) -> Sequence[AnyRow]:
    """Runs that may still change, by number.

    Args:
        connection: A transaction.
        after: The last one of those before.
        limit: Most runs.
    """
    live = [int(state) for state in RunState if state not in FINAL_STATES]
    wanted = select(runs).where(runs.c.run_id > after, runs.c.state.in_(live))
    return connection.execute(wanted.order_by(runs.c.run_id).limit(limit)).all()


def find_run(connection: Connection, run_id: int) -> AnyRow | None:
    """The row of a run, or None."""
    found: AnyRow | None = _RUN.one(connection, run_id=run_id)
    return found


def count(connection: Connection, wanted: RunFilter) -> int:
    """How many runs a filter lets through, exactly.

    States and reward are answered from kept totals, a range of numbers by itself, the rest by
    counting index rows.
    """
    if wanted.counted:
        return count_runs(connection, states=wanted.states, min_reward=wanted.min_reward)
    if wanted.numbered:
        return max((wanted.last or 0) - (wanted.first or 1) + 1, 0)
    return int(_count(wanted.kind).one(connection, **_values(wanted)).runs)


def created_within(
    connection: Connection, wanted: RunFilter, after: int | None, before: int | None
) -> RunFilter:
    """The same filter for runs of a time alone: numbers and times of creation rise together.

    Args:
        connection: A transaction; the numbers are good for its block alone.
        wanted: Which runs.
        after: Created at this unix second or later.
        before: Created before this one.
    """
    runs_in_all = int(_NEWEST.one(connection).run_id or 0)
    numbers = range(1, runs_in_all + 1)

    def created_at(run_id: int) -> int:
        return int(_CREATED.one(connection, run_id=run_id).created_at)

    first = 0 if after is None else bisect_left(numbers, after, key=created_at)
    end = runs_in_all if before is None else bisect_left(numbers, before, key=created_at)
    return replace(wanted, first=first + 1, last=end)


def begins_at_a_number(wanted: RunFilter, sort: str) -> bool:
    """Whether the first run of any page is known by its number, so that none is passed over.

    Args:
        wanted: Which runs.
        sort: One of `SORTS`.
    """
    return wanted.numbered and sort != "reward"


def page_of_runs(
    wanted: RunFilter,
    *,
    sort: str,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
    total: int,
) -> Statement:
    """What to ask for a page of runs; `as_of` of a row is the hash of the block that it is of.

    Args:
        wanted: Which runs.
        sort: One of `SORTS`.
        limit: Most runs.
        offset: Runs to pass over.
        after: Where the page before ended, in place of an offset.
        total: Of the filter. Run numbers have no gaps, so it tells where an unfiltered page
            begins; and it tells which index to walk.
    """
    values = {"limit": limit, "offset": offset, "reach": limit + offset, **_values(wanted)}
    sparse = wanted.last is not None if sort == "reward" else wanted.min_reward > 0
    # It is a choice between all runs that match and, so to speak, all others up to the page's end.
    rare = sparse and 100 * total**2 <= _RARE**2 * (limit + offset)
    if after is not None:
        place = {"after": after.run_id, "after_reward": after.reward}
        return Statement(_page(wanted.kind, sort, _Start.AFTER, rare), {**values, **place})
    if begins_at_a_number(wanted, sort):
        begin = wanted.first or 1
        number = begin + total - 1 - offset if sort == "newest" else begin + offset
        place = {"number": number}
        return Statement(_page(wanted.kind, sort, _Start.NUMBER, False), {**values, **place})
    start = _Start.OFFSET if offset else _Start.FIRST
    return Statement(_page(wanted.kind, sort, start, rare), values)


def events_of_run(connection: Connection, run_id: int, limit: int = 1_000) -> Sequence[AnyRow]:
    """The life of a run, in order."""
    return _LIFE.all(connection, run_id=run_id, limit=limit)


def events_after(
    connection: Connection, block_number: int, log_index: int, limit: int, longest: int
) -> Sequence[AnyRow]:
    """The events after a place in the chain, in order.

    Args:
        connection: A transaction.
        block_number: Block of the place.
        log_index: Index of the place's log.
        limit: Most events.
        longest: Characters of all their arguments; a single event may have more.
    """
    wanted = select(events).where(
        events.c.block_number >= block_number, not_(up_to(events, block_number, log_index))
    )
    wanted = _in_order(wanted)
    lengths = wanted.with_only_columns(func.length(events.c.data)).limit(limit)
    sums = accumulate(connection.execute(lengths).scalars())
    fitting = max(sum(total <= longest for total in sums), 1)
    return connection.execute(wanted.limit(fitting)).all()


def up_to(table: FromClause, block_number: int, log_index: int) -> ColumnElement[bool]:
    """The condition that an event's place is no later than another one."""
    block, index = table.c.block_number, table.c.log_index
    return or_(block < block_number, and_(block == block_number, index <= log_index))


def created_in(connection: Connection, poster: str, tx_hash: str, since: int) -> int | None:
    """The number of the run that a transaction created, or None.

    Args:
        connection: A transaction.
        poster: Whose run.
        tx_hash: The transaction.
        since: Block that it is in.
    """
    wanted = select(events.c.run_id).where(
        events.c.block_number == since, events.c.tx_hash == tx_hash, events.c.name == "RunCreated"
    )
    mine = select(runs.c.run_id).where(runs.c.run_id.in_(wanted), runs.c.poster == poster)
    found = connection.execute(mine).scalar()
    return None if found is None else int(found)


class _Start(Enum):
    """How a page is found."""

    FIRST = auto()
    AFTER = auto()  # the last run of the page before
    NUMBER = auto()  # of the first run
    OFFSET = auto()


@cache
def _page(kind: Kind, sort: str, start: _Start, rare: bool) -> Prepared:
    """The query of a page: a few dozen of them, compiled when they are first asked.

    Few runs with a reward so high are looked up by reward and sorted: in the order of their
    numbers a million others could lie between them.
    """
    matching = _matching(kind)
    if start is _Start.AFTER:
        matching.append(_after(sort))
    if start is _Start.NUMBER:
        number = bindparam("number", type_=BigInteger)
        matching.append(runs.c.run_id <= number if sort == "newest" else runs.c.run_id >= number)
    states = [runs.c.state == bindparam(name) for name in _STATES if name in kind]
    if not rare and len(states) < 2 and start is not _Start.OFFSET:
        query = select(*_SHOWN, _AS_OF).where(*matching, *states)
        return Prepared(_ordered(query, sort).limit(_LIMIT))
    found: Select[Any] = select(runs.c.run_id, runs.c.reward).where(*matching)
    if rare:
        few = found.where(*_any_state(kind)).cte("few").prefix_with("MATERIALIZED")
        ids = _ordered(select(few.c.run_id), sort, few.c)
    elif len(states) > 1:
        # Each state's index is walked for itself: one walk over several would have to sort.
        reach = bindparam("reach", type_=BigInteger)
        each = [_ordered(found.where(state), sort).limit(reach).subquery() for state in states]
        merged = union_all(*(select(one.c.run_id, one.c.reward) for one in each)).subquery()
        ids = _ordered(select(merged.c.run_id), sort, merged.c)
    else:
        # The index alone is walked over the runs that are passed over, not the rows.
        ids = _ordered(found.where(*states).with_only_columns(runs.c.run_id), sort)
    if start is _Start.OFFSET:
        ids = ids.offset(bindparam("offset", type_=BigInteger))
    chosen = ids.limit(_LIMIT).subquery()
    query = select(*_SHOWN, _AS_OF).where(runs.c.run_id.in_(select(chosen.c.run_id)))
    return Prepared(_ordered(query, sort))


@cache
def _count(kind: Kind) -> Prepared:
    matching = [*_matching(kind), *_any_state(kind)]
    return Prepared(select(func.count().label("runs")).select_from(runs).where(*matching))


def _matching(kind: Kind) -> list[ColumnElement[bool]]:
    """The conditions that are set, but for the states."""
    return [condition for name, condition in _CONDITIONS.items() if name in kind]


def _any_state(kind: Kind) -> list[ColumnElement[bool]]:
    states: list[Any] = [bindparam(name) for name in _STATES if name in kind]
    return [runs.c.state.in_(states)] if states else []


def _values(wanted: RunFilter) -> dict[str, object]:
    """The values of the conditions that are set."""
    values: dict[str, object] = {
        "min_reward": wanted.min_reward or None,
        "poster": wanted.poster,
        "agent_id": wanted.agent_id,
        "first": wanted.first,
        "last": wanted.last,
    }
    states = zip(_STATES, (int(state) for state in wanted.states), strict=False)
    return {name: value for name, value in values.items() if value is not None} | dict(states)


def _ordered(query: Select[Any], sort: str, columns: Any = runs.c) -> Select[Any]:  # noqa: ANN401
    if sort == "reward":
        return query.order_by(columns.reward.desc(), columns.run_id.desc())
    return query.order_by(columns.run_id.asc() if sort == "oldest" else columns.run_id.desc())


def _after(sort: str) -> ColumnElement[bool]:
    run_id = bindparam("after", type_=BigInteger)
    if sort == "oldest":
        return runs.c.run_id > run_id
    if sort == "newest":
        return runs.c.run_id < run_id
    reward = bindparam("after_reward", type_=BigInteger)
    same = and_(runs.c.reward == reward, runs.c.run_id < run_id)
    return and_(runs.c.reward <= reward, or_(runs.c.reward < reward, same))


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(events.c.block_number, events.c.log_index)


_RUN: Final = Prepared(select(runs).where(runs.c.run_id == bindparam("run_id")))
_NEWEST: Final = Prepared(select(func.max(runs.c.run_id).label("run_id")))
_CREATED: Final = Prepared(
    select(runs.c.created_at)
    .where(runs.c.run_id >= bindparam("run_id"))  # of the next one, should there be a gap
    .order_by(runs.c.run_id)
    .limit(1)
)
_LIFE: Final = Prepared(
    _in_order(select(events).where(events.c.run_id == bindparam("run_id"))).limit(_LIMIT)
)
