"""Who has something at risk, by the index (API-4)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from agentescrow.domain.runs.run import FUNDED_STATES, RunState
from agentescrow.store.stakeholders import has_money_at_risk
from agentescrow.store.tables import agents, runs

ME, OTHER = "0x" + "A" * 40, "0x" + "B" * 40


@pytest.fixture
def standing(database):
    """Whether I have standing, given rows."""

    def of(table, **values):
        row = {column.name: 0 for column in table.c if not column.nullable}
        with database.begin() as connection:
            connection.execute(insert(table).values(row | values))
            return has_money_at_risk(connection, ME)

    return of


@pytest.mark.parametrize("state", RunState)
def test_standing__poster__while_its_run_is_funded(standing, state):
    """API-4: from the funding to the end."""
    run = {"poster": ME, "state": state, "reward": 10**6, "ipfs_hash": ""}

    assert standing(runs, **run) is (state in FUNDED_STATES)


@pytest.mark.parametrize(
    "change", [{"poster": OTHER}, {"reward": 10**6 - 1}], ids=["other", "dust"]
)
def test_standing__of_a_stranger_or_by_dust__is_none(standing, change):
    """API-4: a run that does not count for reputation (RUN-22) counts for nothing here."""
    run = {"poster": ME, "state": RunState.OPEN, "reward": 10**6, "ipfs_hash": ""}

    assert not standing(runs, **run | change)


@pytest.mark.parametrize(
    ("change", "has"), [({}, True), ({"locked": 0}, False), ({"owner": OTHER}, False)]
)
def test_standing__owner__while_stake_is_locked(standing, change, has):
    """API-4: what can be taken out at any time is at no risk."""
    agent = {"owner": ME, "locked": 20_000_000, "staked": 20_000_000, "uri": ""}

    assert standing(agents, **agent | change) is has
