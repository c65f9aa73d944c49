"""Single runs, and the life of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, exists, func, select

from agentescrow.domain.constants import MIN_COUNTED_REWARD
from agentescrow.domain.runs.run import FINAL_STATES, FUNDED_STATES, RunState
from agentescrow.store.kernel_tables import events
from agentescrow.store.prepared_statements import Prepared
from agentescrow.store.runs.tables import runs
from agentescrow.store.schema import AnyRow

_RUN: Final = Prepared(select(runs).where(runs.c.run_id == bindparam("run_id")))
_LIFE: Final = Prepared(
    select(events)
    .where(events.c.run_id == bindparam("run_id"))
    .order_by(events.c.block_number, events.c.log_index)
    .limit(bindparam("limit", type_=BigInteger))
)
_FUNDED: Final = sorted(FUNDED_STATES)


def find_run(connection: Connection, run_id: int) -> AnyRow | None:
    """Read the row of a run, or None if there is no such run."""
    found: AnyRow | None = _RUN.one(connection, run_id=run_id)
    return found


def last_run(connection: Connection) -> int:
    """Read the highest run number, 0 before the first run; the numbers have no gaps."""
    return int(connection.execute(select(func.max(runs.c.run_id))).scalar_one() or 0)


def live_runs(connection: Connection, *, after: int, limit: int) -> Sequence[AnyRow]:
    """Read runs that may still change, by number.

    Args:
        connection: Transaction to read in.
        after: Number after which to begin.
        limit: Most runs to return.
    """
    live = [int(state) for state in RunState if state not in FINAL_STATES]
    wanted = select(runs).where(runs.c.run_id > after, runs.c.state.in_(live))
    return connection.execute(wanted.order_by(runs.c.run_id).limit(limit)).all()


def events_of_run(connection: Connection, run_id: int, limit: int = 1_000) -> Sequence[AnyRow]:
    """Read the events of a run in the chain's order."""
    return _LIFE.all(connection, run_id=run_id, limit=limit)


def created_in(connection: Connection, poster: str, tx_hash: str, since: int) -> int | None:
    """Find the run that a poster created with a transaction, or None.

    Args:
        connection: Transaction to read in.
        poster: In checksum case.
        tx_hash: Transaction of the chain.
        since: Block of that transaction.
    """
    wanted = select(events.c.run_id).where(
        events.c.block_number == since, events.c.tx_hash == tx_hash, events.c.name == "RunCreated"
    )
    mine = select(runs.c.run_id).where(runs.c.run_id.in_(wanted), runs.c.poster == poster)
    found = connection.execute(mine).scalar()
    return None if found is None else int(found)


def posted_funded_run(account: str) -> ColumnElement[bool]:
    """Return the condition that an account, in checksum case, has posted a funded run.

    A run below the least reward that counts (RUN-22) is left out: it costs nothing to have one.
    """
    return exists().where(
        runs.c.poster == account,
        runs.c.state.in_(_FUNDED),
        runs.c.reward >= MIN_COUNTED_REWARD,
    )
