"""A database that followed the chain has the rows of one that read it at once."""

from __future__ import annotations

from sqlalchemy import select

from agentescrow.store.tables import agents, credits, runs, vaults
from localnet import usdc
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
        assert len(found) == contracts.runs.run_count() > 5
        for row in found:
            _require_run(row, contracts.runs.get_run(row.run_id))
        for row in connection.execute(select(agents)):
            _require_agent(row, contracts)
        for row in connection.execute(select(vaults)):
            vault = contracts.runs if row.contract == "RunEscrow" else contracts.registry
            assert row.held + row.credits + row.fees == vault.total_owed()
            assert row.treasury == (vault.treasury() if vault is contracts.runs else None)
            assert row.owner == vault.owner()


def test_sync__refused_payouts__are_credits_until_they_are_withdrawn(
    activity, contracts, database, fresh
):
    """RUN-16: who USDC does not pay has a credit in the contract, and in the database."""
    activity.send(
        activity.poster, "runs", "postRun", (10**6, _soon(activity), 1, 0, 1), "ipfs://task"
    )
    activity.mine()
    run, agent = contracts.runs.run_count(), activity.people[0]
    activity.send(agent, "runs", "claimRun", run, 0)
    activity.send(agent, "runs", "submitWork", run, "ipfs://work")
    activity.mine()
    _blacklisted(activity, agent, True)
    activity.send(activity.poster, "runs", "approve", run)
    activity.mine()

    sync(database, contracts, activity.anvil.url)

    assert _credits(database) == [("RunEscrow", agent, contracts.runs.credit_of(agent))]
    assert contracts.runs.credit_of(agent) == 10**6

    _blacklisted(activity, agent, False)
    activity.send(agent, "runs", "withdrawCredit", activity.people[1])
    activity.mine()
    sync(database, contracts, activity.anvil.url)

    assert _credits(database) == []
    another = fresh()
    sync(another, contracts, activity.anvil.url)
    require_equal(database, another)


def test_sync__agent_is_sold__has_its_new_owner_and_no_wallet_and_approval(
    activity, contracts, database
):
    """API-6: a sale clears approval and wallet, as in the identity registry itself."""
    seller, buyer = activity.people[:2]
    activity.send(seller, "identity", "approve", buyer, 0)
    activity.send(seller, "identity", "setAgentURI", 0, "ipfs://sold")
    activity.mine()
    sync(database, contracts, activity.anvil.url)
    assert (_agent(database).owner, _agent(database).approved) == (seller, buyer)
    assert _agent(database).wallet == seller

    activity.send(buyer, "identity", "transferFrom", seller, buyer, 0)
    activity.mine()
    sync(database, contracts, activity.anvil.url)

    sold = _agent(database)
    assert (sold.owner, sold.approved, sold.wallet, sold.uri) == (buyer, None, None, "ipfs://sold")
    assert contracts.identity.owner_of(0) == buyer


def _soon(activity):
    return activity.w3.eth.get_block("latest")["timestamp"] + 86_400


def _blacklisted(activity, account, yes):
    activity.anvil.rpc("evm_setAutomine", True)
    (usdc.blacklist if yes else usdc.unblacklist)(activity.w3, account)
    activity.anvil.rpc("evm_setAutomine", False)


def _credits(database):
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(select(credits))]


def _agent(database):
    with database.connect() as connection:
        return connection.execute(select(agents).where(agents.c.agent_id == 0)).one()


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
    assert row.abandoned == run.abandoned
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
