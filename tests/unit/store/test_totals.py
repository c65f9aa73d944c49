"""Exact totals of runs by state and least reward."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agentescrow.domain.constants import REWARD_MAX
from agentescrow.domain.runs.run import RunState
from agentescrow.store.changes import Changes
from agentescrow.store.runs.totals import count_runs, runs_by_state
from agentescrow.store.tables import run_counts, runs

rewards = st.one_of(
    st.integers(1, REWARD_MAX),
    st.sampled_from([1, 4095, 4096, 4097, 2**24 - 1, 2**24, 2**36, 10**8, REWARD_MAX]),
)
some_runs = st.lists(st.tuples(st.sampled_from(RunState), rewards), max_size=30)


def run(run_id, state, reward):
    empty = dict.fromkeys(runs.c.keys(), 0)
    texts = {"poster": "0x1", "ipfs_hash": "", "abandoned": False, "silent": None}
    return {**empty, **texts, "run_id": run_id, "state": int(state), "reward": reward}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=some_runs, after=some_runs, least=st.one_of(st.just(0), rewards))
def test_count_runs__any_runs_after_any_changes__is_their_number(database, before, after, least):
    """API-1: `total` is exact under state and minReward."""
    connection = database.connect()
    changes = Changes(connection, 0)
    for written in (before, after):
        for run_id, (state, reward) in enumerate(written):
            changes.put(runs, run(run_id, state, reward))
        changes.end_block()
        changes.write()
    for run_id in range(len(after), len(before)):
        changes.remove(runs, run_id)
    changes.end_block()
    changes.write()

    assert count_runs(connection, min_reward=least) == sum(r >= least for _, r in after)
    for state in RunState:
        expected = sum(s == state and r >= least for s, r in after)
        assert count_runs(connection, states=(state,), min_reward=least) == expected
        assert runs_by_state(connection)[state] == sum(s == state for s, _ in after)
    assert all(row.runs > 0 for row in connection.execute(select(run_counts)))
    connection.close()
