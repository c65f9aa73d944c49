"""Runs: one, a page of them, and their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from agentescrow.domain.run import RunState
from agentescrow.store.tables import events, runs
from agentescrow.store.totals import count_runs

AnyRow = Row[tuple[Any, ...]]

SORTS: Final = ("newest", "oldest", "reward")
"""Orders of a list: by number, falling or rising; by reward, falling, the newer run first."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs.

    Args:
        state: Of this state alone.
        min_reward: With at least this reward, base units.
        poster: Of this poster, in checksum case.
        agent_id: Claimed by this agent.
    """

    state: RunState | None = None
    min_reward: int = 0
    poster: str | None = None
    agent_id: int | None = None

    @property
    def counted(self) -> bool:
        """Whether the totals are kept, so that nothing has to be counted."""
        return self.poster is None and self.agent_id is None

    @property
    def everything(self) -> bool:
        """Whether no run is left out."""
        return self.counted and self.state is None and self.min_reward == 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: after the run with this number and reward.

    Args:
        run_id: Number.
        reward: Base units.
    """

    run_id: int
    reward: int


def find_run(connection: Connection, run_id: int) -> AnyRow | None:
    """The row of a run, or None."""
    return connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()


def count(connection: Connection, wanted: RunFilter) -> int:
    """How many runs a filter lets through, exactly.

    State and reward are answered from kept totals, poster and agent by counting index rows.
    """
    if wanted.counted:
        return count_runs(connection, state=wanted.state, min_reward=wanted.min_reward)
    counted = select(func.count()).select_from(runs).where(*_conditions(wanted))
    return int(connection.execute(counted).scalar_one())


def page_of_runs(
    connection: Connection,
    wanted: RunFilter,
    *,
    sort: str,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
    total: int = 0,
) -> Sequence[AnyRow]:
    """A page of runs.

    Args:
        connection: A transaction.
        wanted: Which runs.
        sort: One of `SORTS`.
        limit: Most runs.
        offset: Runs to pass over.
        after: Where the page before ended, in place of an offset.
        total: Of the filter; run numbers have no gaps, so it tells where an unfiltered page begins.
    """
    query = select(runs).where(*_conditions(wanted))
    if after is not None:
        return connection.execute(
            _ordered(query.where(_after(sort, after)), sort).limit(limit)
        ).all()
    if wanted.everything and sort in ("newest", "oldest"):
        first = total - offset if sort == "newest" else offset + 1
        bound = runs.c.run_id <= first if sort == "newest" else runs.c.run_id >= first
        return connection.execute(_ordered(query.where(bound), sort).limit(limit)).all()
    # The index alone is walked over the runs that are passed over, not the rows.
    ids = _ordered(select(runs.c.run_id).where(*_conditions(wanted)), sort)
    chosen = ids.limit(limit).offset(offset).subquery()
    return connection.execute(
        _ordered(select(runs).where(runs.c.run_id.in_(select(chosen.c.run_id))), sort)
    ).all()


def events_of_run(connection: Connection, run_id: int, limit: int = 1_000) -> Sequence[AnyRow]:
    """The life of a run, in order."""
    wanted = select(events).where(events.c.run_id == run_id)
    return connection.execute(_in_order(wanted).limit(limit)).all()


def events_after(
    connection: Connection, block_number: int, log_index: int, limit: int
) -> Sequence[AnyRow]:
    """The events after a place in the chain, in order."""
    later = or_(
        events.c.block_number > block_number,
        and_(events.c.block_number == block_number, events.c.log_index > log_index),
    )
    wanted = select(events).where(events.c.block_number >= block_number, later)
    return connection.execute(_in_order(wanted).limit(limit)).all()


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


def _conditions(wanted: RunFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(runs.c.state == int(wanted.state))
    if wanted.min_reward:
        conditions.append(runs.c.reward >= wanted.min_reward)
    if wanted.poster is not None:
        conditions.append(runs.c.poster == wanted.poster)
    if wanted.agent_id is not None:
        conditions.append(runs.c.agent_id == wanted.agent_id)
    return conditions


def _ordered(query: Select[Any], sort: str) -> Select[Any]:
    if sort == "reward":
        return query.order_by(runs.c.reward.desc(), runs.c.run_id.desc())
    return query.order_by(runs.c.run_id.asc() if sort == "oldest" else runs.c.run_id.desc())


def _after(sort: str, place: Place) -> ColumnElement[bool]:
    if sort == "oldest":
        return runs.c.run_id > place.run_id
    if sort == "newest":
        return runs.c.run_id < place.run_id
    same = and_(runs.c.reward == place.reward, runs.c.run_id < place.run_id)
    return and_(runs.c.reward <= place.reward, or_(runs.c.reward < place.reward, same))


def _in_order(query: Select[Any]) -> Select[Any]:
    return query.order_by(events.c.block_number, events.c.log_index)
