"""How many runs there are: exact totals by state and reward, without counting runs.

`run_counts` has for each state the number of runs by reward (level 0), by reward >> 12 (level 1),
>> 24 and >> 36. The runs from a reward on are then at most 4 ranges of at most 4,095 rows, however
many runs there are: those above it in its own block of 4,096 rewards, the blocks above that one in
their block of blocks, and so on. In practice rewards are few and round, and it is a few rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from agentescrow.domain.runs.run import RunState
from agentescrow.store.tables import run_counts

LEVELS: Final = 4
_BITS: Final = 12
_BLOCK: Final = (1 << _BITS) - 1

CountKey = tuple[int, int, int]
"""Of a row of `run_counts`: state, level, prefix."""


def count_keys(state: int, reward: int) -> list[CountKey]:
    """The counts that a run is part of.

    Args:
        state: Its state.
        reward: Its reward, base units.
    """
    return [(state, level, reward >> (_BITS * level)) for level in range(LEVELS)]


def differences(
    before: Iterable[tuple[int, int]], after: Iterable[tuple[int, int]]
) -> Counter[CountKey]:
    """By how much counts differ when runs change.

    Args:
        before: State and reward of each run that changes, as they were.
        after: And as they are.
    """
    found: Counter[CountKey] = Counter()
    moved = Counter(after)
    moved.subtract(Counter(before))
    for (state, reward), runs in moved.items():
        for key in count_keys(state, reward):
            found[key] += runs
    return Counter({key: runs for key, runs in found.items() if runs})


def count_runs(
    connection: Connection, *, states: Collection[RunState] = (), min_reward: int = 0
) -> int:
    """How many runs there are.

    Args:
        connection: A transaction.
        states: Of these states alone; none for any.
        min_reward: With at least this reward, base units.
    """
    wanted = run_counts.c.state.in_(states or RunState)
    counted = select(func.sum(run_counts.c.runs)).where(wanted, _from(max(min_reward, 0)))
    return int(connection.execute(counted).scalar() or 0)


def runs_by_state(connection: Connection) -> dict[RunState, int]:
    """How many runs there are of each state, zeros included."""
    top = run_counts.c.level == LEVELS - 1
    counted = select(run_counts.c.state, func.sum(run_counts.c.runs)).where(top)
    found = {
        row[0]: int(row[1]) for row in connection.execute(counted.group_by(run_counts.c.state))
    }
    return {state: found.get(state, 0) for state in RunState}


def _from(reward: int) -> ColumnElement[bool]:
    """The ranges of counts that add up to all rewards from this one on."""
    level, prefix = run_counts.c.level, run_counts.c.prefix
    top = LEVELS - 1
    if reward == 0:
        return level == top
    ranges = [and_(level == 0, prefix.between(reward, reward | _BLOCK))]
    for n in range(1, LEVELS):
        own = reward >> (_BITS * n)
        last = own | _BLOCK
        above = prefix > own if n == top else prefix.between(own + 1, last)
        ranges.append(and_(level == n, above))
    return or_(*ranges)
