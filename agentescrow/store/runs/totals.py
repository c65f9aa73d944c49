"""Exact totals of runs by state and least reward."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from agentescrow.domain.runs.run import RunState
from agentescrow.store.runs.tables import RUN_TOTALS, run_counts


def count_runs(
    connection: Connection, *, states: Collection[RunState] = (), min_reward: int = 0
) -> int:
    """Count runs.

    Args:
        connection: Transaction to read in.
        states: States to count; empty for all.
        min_reward: Least reward, in base units.
    """
    wanted = run_counts.c.state.in_(states or RunState)
    counted = select(func.sum(run_counts.c.runs)).where(wanted, RUN_TOTALS.at_least(min_reward))
    return int(connection.execute(counted).scalar() or 0)


def runs_by_state(connection: Connection) -> dict[RunState, int]:
    """Count runs by state, zeros included."""
    counted = select(run_counts.c.state, func.sum(run_counts.c.runs)).where(RUN_TOTALS.all())
    found = {
        row[0]: int(row[1]) for row in connection.execute(counted.group_by(run_counts.c.state))
    }
    return {state: found.get(state, 0) for state in RunState}
