"""A database that followed the chain has the rows of one that read it at once."""

from __future__ import annotations

from sqlalchemy import select

from agentescrow.store.tables import agents, runs, vaults
from tests.indexer.index import require_equal, sync


def test_sync__in_pieces__has_the_rows_of_a_fresh_one(activity, contracts, database, fresh):
    """API-5: however the blocks came, the rows are those of a fresh sync."""
    for _ in range(4):
        activity.burst(25)
        sync(database, contracts, activity.anvil.url)
    another = fresh()

    sync(another, contracts, activity.anvil.url)

    require_equal(database, another)


def test_sync__rows__are_what_the_contracts_say(activity, contracts, database):
    """Section 3: events carry everything that getRun and getAgent tell."""
    activity.burst(120)

    assert sync(database, contracts, activity.anvil.url) > 50

    with database.connect() as connection:
        found = connection.execute(select(runs).order_by(runs.c.run_id)).all()
        assert len(found) == contracts.escrow.run_count() > 5
        for row in found:
            _require_run(row, contracts.escrow.get_run(row.run_id))
        for row in connection.execute(select(agents)):
            _require_agent(row, contracts)
        for row in connection.execute(select(vaults)):
            vault = contracts.escrow if row.contract == "RunEscrow" else contracts.registry
            assert row.held + row.credits + row.fees == vault.total_owed()
            assert row.treasury == vault.treasury()
            assert row.owner == vault.owner()


def _require_run(row, run):
    assert (row.poster, row.state, row.reward, row.fee) == (
        run.poster,
        run.state,
        run.reward,
        run.fee,
    )
    assert (row.deadline, row.review_days, row.max_revisions, row.revisions, row.min_status) == (
        run.deadline,
        run.review_days,
        run.max_revisions,
        run.revisions,
        run.min_status,
    )
    assert (row.claimed_at or 0, row.submitted_at or 0) == (run.claimed_at, run.submitted_at)
    if run.claimed_at:
        assert (row.agent_id, row.wallet) == (run.agent_id, run.wallet)
    else:
        assert row.agent_id is row.wallet is row.stake is None


def _require_agent(row, contracts):
    agent = contracts.registry.get_agent(row.agent_id)
    assert (row.staked, row.locked, row.staked_at, row.claims) == (
        agent.staked,
        agent.locked,
        agent.staked_at,
        agent.claims,
    )
    assert (row.completions, row.rejections, row.strikes, row.frozen) == (
        agent.completions,
        agent.rejections,
        agent.strikes,
        agent.frozen,
    )
    assert row.owner == contracts.identity.owner_of(row.agent_id)
    assert row.wallet == contracts.identity.agent_wallet(row.agent_id)
    assert row.uri == contracts.identity.agent_uri(row.agent_id)
