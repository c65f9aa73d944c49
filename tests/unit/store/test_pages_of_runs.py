"""Pages of runs: by number, by offset, by cursor, on every index, are slices of the sorted list."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentescrow.domain.constants import DAY, DEADLINE_MAX_AHEAD
from agentescrow.domain.runs.run import RunState, due_at
from agentescrow.store.changes import Changes
from agentescrow.store.runs import lists
from agentescrow.store.runs.lists import (
    SORTS,
    Place,
    RunFilter,
    count,
    created_within,
    page_of_runs,
)
from agentescrow.store.tables import NEVER, agents, runs

POSTERS = ("0x1", "0x2")
REWARDS = (1, 5, 5_000, 10**8)
RUNS = 120
STATES = (
    RunState.DRAFT,
    RunState.OPEN,
    RunState.IN_PROGRESS,
    RunState.SUBMITTED,
    RunState.REVISION_REQUESTED,
    RunState.APPROVED,
)
WALLETS = (*POSTERS, "0x3")
OWNER_OF_0 = "0x3"
deadlines = st.none() | st.integers(-1, DEADLINE_MAX_AHEAD + RUNS * 5)

filters = st.builds(
    RunFilter,
    states=st.lists(st.sampled_from(STATES), unique=True, max_size=3).map(tuple),
    min_reward=st.sampled_from([0, 1, 2, 5_000, 10**8, 10**9]),
    poster=st.none() | st.sampled_from(POSTERS),
    agent_id=st.none() | st.integers(0, 2),
    wallet=st.none() | st.sampled_from([*WALLETS, "0x4"]),
    deadline_after=deadlines,
    deadline_before=deadlines,
)
times = st.none() | st.integers(-1, RUNS * 5 + 15)


@pytest.fixture
def filled(database):
    chance = random.Random(7)
    empty = {**dict.fromkeys(runs.c.keys(), 0), "ipfs_hash": "", "abandoned": False}
    rows = [
        {
            **empty,
            "run_id": run_id,
            "poster": chance.choice(POSTERS),
            "state": int(chance.choice(STATES)),
            "reward": chance.choice(REWARDS),
            "agent_id": chance.choice([None, 0, 1]),
            "wallet": chance.choice([None, *WALLETS]),
            "created_at": (created := run_id // 2 * 10),  # two in a block
            "deadline": created + chance.choice([1, 9 * DAY, DEADLINE_MAX_AHEAD]),
            "claimed_at": created + chance.choice([0, 8 * DAY]),
            "submitted_at": created + chance.choice([0, 8 * DAY]),
            "review_days": chance.choice([1, 30]),
            "revision_due_at": created + 7 * DAY,
        }
        for run_id in range(1, RUNS + 1)
    ]
    agent = {**dict.fromkeys(agents.c.keys(), 0), "owner": OWNER_OF_0, "frozen": False}
    with database.connect() as connection:
        changes = Changes(connection, 0)
        for row in rows:
            changes.put(runs, row)
        changes.put(agents, agent | {"uri": "", "approved": None, "wallet": None})
        changes.end_block()
        changes.write()
        yield connection, rows


def wallets(row):
    """Whose run it is."""
    return (row["poster"], row["wallet"], OWNER_OF_0 if row["agent_id"] == 0 else None)


def due(row):
    """RUN-23; before the claim the deadline, after the end never."""
    if row["state"] == RunState.APPROVED:
        return NEVER
    return due_at(SimpleNamespace(**row)) or row["deadline"]


def matching(rows, wanted, sort, after=None, before=None):
    found = [
        row
        for row in rows
        if (not wanted.states or row["state"] in wanted.states)
        and (after is None or row["created_at"] >= after)
        and (before is None or row["created_at"] < before)
        and row["reward"] >= wanted.min_reward
        and wanted.poster in (None, row["poster"])
        and (wanted.agent_id is None or row["agent_id"] == wanted.agent_id)
        and (wanted.wallet is None or wanted.wallet in wallets(row))
        and (wanted.deadline_after is None or row["deadline"] >= wanted.deadline_after)
        and (wanted.deadline_before is None or row["deadline"] < wanted.deadline_before)
    ]
    if sort == "due":
        return sorted(found, key=lambda row: (due(row), row["run_id"]))
    if sort == "reward":
        return sorted(found, key=lambda row: (-row["reward"], -row["run_id"]))
    return sorted(found, key=lambda row: row["run_id"], reverse=sort == "newest")


@pytest.mark.parametrize("rare", [0, 10**9], ids=["walked", "looked up"])
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    wanted=filters,
    after=times,
    before=times,
    sort=st.sampled_from(SORTS),
    limit=st.integers(1, 40),
    skipped=st.integers(0, RUNS),
)
def test_page__of_any_filter_and_order__is_a_slice(
    filled, monkeypatch, rare, wanted, after, before, sort, limit, skipped
):
    """API-1: stable order; page and cursor say the same; totals are exact."""
    monkeypatch.setattr(lists, "_RARE", rare)
    connection, rows = filled
    expected = matching(rows, wanted, sort, after, before)
    if after is not None or before is not None:
        wanted = created_within(connection, wanted, after, before)
    total = count(connection, wanted)
    assert total == len(expected)

    def page(**start):
        statement = page_of_runs(wanted, sort=sort, limit=limit, total=total, **start)
        return [row.run_id for row in statement.all(connection)]

    numbers = [row["run_id"] for row in expected]
    assert page(offset=skipped) == numbers[skipped : skipped + limit]
    if skipped < len(expected):
        last = expected[skipped]
        place = Place(last["run_id"], due(last) if sort == "due" else last["reward"])
        assert page(after=place) == numbers[skipped + 1 : skipped + 1 + limit]
