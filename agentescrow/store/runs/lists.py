"""Lists of runs: filters, orders, pages and exact totals."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)

from agentescrow.domain.runs.run import RunState
from agentescrow.store.agents.tables import agents
from agentescrow.store.kernel_tables import blocks
from agentescrow.store.prepared_statements import Prepared, Statement
from agentescrow.store.runs.tables import DUE, runs
from agentescrow.store.runs.totals import count_runs

Kind = frozenset[str]

SORTS: Final = ("newest", "oldest", "reward", "due")
"""Orders of a list: by number, falling or rising; by reward, falling, the newer run first; by what
is due next, the older run first, and what has ended last."""

_HIDDEN: Final = {
    "funded_at",
    "started_at",
    "ended_at",
    "silent",
    "refund",
    "compensation",
    "updated_block",
}
_RARE: Final = 2_500  # matches that are as soon sorted as 100 of them are met by number
_SHOWN: Final = [column for column in runs.c if column.name not in _HIDDEN]
_AS_OF: Final = (
    select(blocks.c.hash).order_by(blocks.c.number.desc()).limit(1).scalar_subquery()
).label("as_of")
_LIMIT: Final = bindparam("limit", type_=BigInteger)
_STATES: Final = [f"state_{number}" for number in range(len(RunState))]
_EACH_STATE: Final[list[Any]] = [literal_column(str(int(state))) for state in RunState]
_UNCLAIMED: Final = frozenset({RunState.DRAFT, RunState.OPEN})
"""These are due at their deadline."""
_WHOSE: Final = ("poster", "agent_id", "wallet")
_DUE_INSTEAD: Final = {"deadline_after": "due_after", "deadline_before": "due_before"}
_OWNED: Final = select(agents.c.agent_id).where(agents.c.owner == bindparam("wallet"))
_ITS: Final = (
    runs.c.poster == bindparam("wallet"),
    runs.c.wallet == bindparam("wallet"),
    runs.c.agent_id.in_(_OWNED),
)
"""Why a run is one of a wallet's."""


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
        wallet: Posted by this account, paid to it, or claimed by an agent that it owns.
        deadline_after: With a deadline at this unix second or later.
        deadline_before: With one before.
    """

    states: tuple[RunState, ...] = ()
    min_reward: int = 0
    poster: str | None = None
    agent_id: int | None = None
    first: int | None = None
    last: int | None = None
    wallet: str | None = None
    deadline_after: int | None = None
    deadline_before: int | None = None

    @property
    def kind(self) -> Kind:
        """Which of the conditions are set."""
        return frozenset(_values(self))

    @property
    def counted(self) -> bool:
        """Whether the totals are kept, so that nothing has to be counted."""
        return not self.whose and self.last is None and not self.dated

    @property
    def whose(self) -> bool:
        """Whether it is the runs of somebody."""
        return not self.kind.isdisjoint(_WHOSE)

    @property
    def dated(self) -> bool:
        """Whether deadlines leave runs out."""
        return not self.kind.isdisjoint(_DUE_INSTEAD)

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
    """A place in a list: after the run with this number.

    Args:
        run_id: Number.
        rank: By what the list is sorted before its number: reward, or when it is due.
    """

    run_id: int
    rank: int = 0


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


def looked_at(connection: Connection, wanted: RunFilter, most: int) -> int:
    """How many runs of a time have to be looked at one by one, if their time narrows them down.

    Args:
        connection: A transaction.
        wanted: Which runs.
        most: More are not counted; it is one more then.
    """
    if wanted.whose:
        return 0
    if wanted.dated:
        alone = replace(wanted, min_reward=0, first=None, last=None)
        return int(_count_some(alone.kind).one(connection, **_values(alone), limit=most + 1).runs)
    return 0 if wanted.numbered or wanted.last is None else wanted.last - (wanted.first or 1) + 1


def begins_at_a_number(wanted: RunFilter, sort: str) -> bool:
    """Whether the first run of any page is known by its number, so that none is passed over.

    Args:
        wanted: Which runs.
        sort: One of `SORTS`.
    """
    return wanted.numbered and sort in ("newest", "oldest")


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
    place: dict[str, object] = {}
    by_number = sort in ("newest", "oldest")
    if after is not None and by_number:
        wanted = _from_number(wanted, sort, after.run_id + (1 if sort == "oldest" else -1))
    elif after is not None:
        place = {"after": after.run_id, "after_rank": after.rank}
    elif begins_at_a_number(wanted, sort):
        begin = wanted.first or 1
        number = begin + total - 1 - offset if sort == "newest" else begin + offset
        wanted, offset = _from_number(wanted, sort, number), 0
    start = _Start.AFTER if place else _Start.OFFSET if offset else _Start.FIRST
    kind = wanted.kind
    if sort == "due" and wanted.states and _UNCLAIMED.issuperset(wanted.states):
        kind = frozenset(_DUE_INSTEAD.get(name, name) for name in kind)
    # It is a choice between all runs that match and, so to speak, all others up to the page's end.
    few = 100 * total**2 <= _RARE**2 * (limit + offset)
    rare = _is_gathered(kind, sort) or (_is_sparse(kind, sort) and few)
    values = {"limit": limit, "offset": offset, "reach": limit + offset, **_values(wanted)}
    return Statement(_page(kind, sort, start, rare), {**values, **place})


class _Start(Enum):
    """How a page is found."""

    FIRST = auto()
    AFTER = auto()  # the last run of the page before, where it is no matter of numbers alone
    OFFSET = auto()


def _is_gathered(kind: Kind, sort: str) -> bool:
    """Whether there is no index to walk in the order of the list: then all runs are sorted."""
    whose = not kind.isdisjoint(_WHOSE)
    return "wallet" in kind or not kind.isdisjoint(_DUE_INSTEAD) or (whose and sort == "due")


def _is_sparse(kind: Kind, sort: str) -> bool:
    """Whether a million others may lie between the runs, in the order of the list."""
    by_number, by_reward = sort in ("newest", "oldest"), sort == "reward"
    return ("last" in kind and not by_number) or ("min_reward" in kind and not by_reward)


@cache
def _page(kind: Kind, sort: str, start: _Start, rare: bool) -> Prepared:
    """The query of a page: a few dozen of them, compiled when they are first asked.

    Few runs with a reward so high are looked up by reward and sorted: in the order of their
    numbers a million others could lie between them. The same goes for deadlines.
    """
    shown = [*_SHOWN, DUE.label("due")] if sort == "due" else _SHOWN
    states = [runs.c.state == bindparam(name) for name in _STATES if name in kind]
    if sort == "due" and not states:
        states = [runs.c.state == each for each in _EACH_STATE]
    passed = _matching(kind)
    if start is _Start.AFTER:
        passed.append(_after(sort))
    if not rare and len(states) < 2 and start is not _Start.OFFSET:
        query = select(*shown, _AS_OF).where(*passed, *states)
        return Prepared(_ordered(query, sort).limit(_LIMIT))
    rank = DUE.label("due") if sort == "due" else runs.c.reward
    found: Select[Any] = select(runs.c.run_id, rank).where(*passed)
    if rare:
        few = _gathered(kind, sort, start).cte("few").prefix_with("MATERIALIZED")
        ids = _ordered(select(few.c.run_id), sort, few.c)
    elif len(states) > 1:
        # Each state's index is walked for itself: one walk over several would have to sort.
        reach = bindparam("reach", type_=BigInteger)
        each = [_ordered(found.where(state), sort).limit(reach).subquery() for state in states]
        merged = union_all(*(select(one) for one in each)).subquery()
        ids = _ordered(select(merged.c.run_id), sort, merged.c)
    else:
        # The index alone is walked over the runs that are passed over, not the rows.
        ids = _ordered(found.where(*states).with_only_columns(runs.c.run_id), sort)
    if start is _Start.OFFSET:
        ids = ids.offset(bindparam("offset", type_=BigInteger))
    chosen = ids.limit(_LIMIT).subquery()
    query = select(*shown, _AS_OF).where(runs.c.run_id.in_(select(chosen.c.run_id)))
    return Prepared(_ordered(query, sort))


@cache
def _count(kind: Kind) -> Prepared:
    found = _gathered(kind).subquery()
    return Prepared(select(func.count().label("runs")).select_from(found))


@cache
def _count_some(kind: Kind) -> Prepared:
    found = _gathered(kind).limit(_LIMIT).subquery()
    return Prepared(select(func.count().label("runs")).select_from(found))


def _gathered(kind: Kind, sort: str = "newest", start: _Start = _Start.FIRST) -> Select[Any]:
    """Runs that are looked up by what they have to be, in no order."""
    due = [DUE.label("due")] if sort == "due" else []
    columns: Any = runs.c
    if "wallet" in kind:
        names = ["run_id", "state", "reward", *(kind & {"poster", "agent_id"})]
        names += [] if kind.isdisjoint(_DUE_INSTEAD) else ["deadline"]
        its = select(*(runs.c[name] for name in names), *due)
        columns = (
            union(*(its.where(each) for each in _ITS)).cte("its").prefix_with("MATERIALIZED").c
        )
        due = [columns.due] if due else []
    after = [_after(sort, columns)] if start is _Start.AFTER else []
    found = select(columns.run_id, columns.reward, *due)
    return found.where(*_matching(kind, columns), *_any_state(kind, columns), *after)


def _matching(kind: Kind, columns: Any = runs.c) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """The conditions that are set, but for states and wallet.

    Args:
        kind: Which are set.
        columns: Of what.
    """
    conditions = _CONDITIONS if kind.isdisjoint(_DUE_INSTEAD) else _DATED
    return [condition(columns) for name, condition in conditions.items() if name in kind]


def _any_state(kind: Kind, columns: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401
    states: list[Any] = [bindparam(name) for name in _STATES if name in kind]
    if not states and not kind.isdisjoint(_DUE_INSTEAD):
        states = _EACH_STATE  # so that the index of deadlines is taken
    return [columns.state.in_(states)] if states else []


def _values(wanted: RunFilter) -> dict[str, object]:
    """The values of the conditions that are set."""
    values: dict[str, object] = {
        "min_reward": wanted.min_reward or None,
        "poster": wanted.poster,
        "agent_id": wanted.agent_id,
        "first": wanted.first,
        "last": wanted.last,
        "wallet": wanted.wallet,
        "deadline_after": wanted.deadline_after,
        "deadline_before": wanted.deadline_before,
    }
    states = zip(_STATES, (int(state) for state in wanted.states), strict=False)
    return {name: value for name, value in values.items() if value is not None} | dict(states)


def _ordered(query: Select[Any], sort: str, columns: Any = runs.c) -> Select[Any]:  # noqa: ANN401
    if sort == "reward":
        return query.order_by(columns.reward.desc(), columns.run_id.desc())
    if sort == "due":
        return query.order_by(_due(columns), columns.run_id)
    return query.order_by(columns.run_id.asc() if sort == "oldest" else columns.run_id.desc())


def _after(sort: str, columns: Any = runs.c) -> ColumnElement[bool]:  # noqa: ANN401
    run_id, rank = (bindparam(name, type_=BigInteger) for name in ("after", "after_rank"))
    if sort == "due":
        due = _due(columns)
        return and_(due >= rank, or_(due > rank, columns.run_id > run_id))
    same = and_(columns.reward == rank, columns.run_id < run_id)
    return and_(columns.reward <= rank, or_(columns.reward < rank, same))


def _from_number(wanted: RunFilter, sort: str, number: int) -> RunFilter:
    """The runs of a filter from a number on, in an order by number.

    As one bound: of two, SQLite may walk from the wrong one.
    """
    if sort == "oldest":
        return replace(wanted, first=max(number, wanted.first or 1))
    return replace(wanted, last=number if wanted.last is None else min(number, wanted.last))


def _due(columns: Any) -> ColumnElement[int]:  # noqa: ANN401
    return DUE if columns is runs.c else cast("ColumnElement[int]", columns.due)


_Condition = Callable[[Any], ColumnElement[bool]]
_LATER: Final = bindparam("deadline_after", type_=BigInteger)
_EARLIER: Final = bindparam("deadline_before", type_=BigInteger)
_CONDITIONS: Final[dict[str, _Condition]] = {
    "first": lambda its: its.run_id >= bindparam("first", type_=BigInteger),
    "last": lambda its: its.run_id <= bindparam("last", type_=BigInteger),
    "min_reward": lambda its: its.reward >= bindparam("min_reward"),
    "poster": lambda its: its.poster == bindparam("poster"),
    "agent_id": lambda its: its.agent_id == bindparam("agent_id"),
    "deadline_after": lambda its: its.deadline >= _LATER,
    "deadline_before": lambda its: its.deadline < _EARLIER,
    "due_after": lambda its: _due(its) >= _LATER,
    "due_before": lambda its: _due(its) < _EARLIER,
}
_DATED: Final[dict[str, _Condition]] = {
    # What the index of deadlines has, too, must not be looked up in others, which have no deadline.
    **_CONDITIONS,
    "first": lambda its: its.run_id + 0 >= bindparam("first", type_=BigInteger),
    "last": lambda its: its.run_id + 0 <= bindparam("last", type_=BigInteger),
    "min_reward": lambda its: its.reward + 0 >= bindparam("min_reward", type_=BigInteger),
}


_NEWEST: Final = Prepared(select(func.max(runs.c.run_id).label("run_id")))
_CREATED: Final = Prepared(
    select(runs.c.created_at)
    .where(runs.c.run_id >= bindparam("run_id"))  # of the next one, should there be a gap
    .order_by(runs.c.run_id)
    .limit(1)
)
