"""The database's answer to "may this agent claim this run" is the contract's."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentescrow.chain.pool import Pool
from agentescrow.domain.eligibility import Ineligibility
from agentescrow.errors import ContractReverted
from agentescrow.store.claims import claimability
from localnet.artifacts import ours
from localnet.codec import Abi
from tests.indexer.index import new_database, sync

AGENTS = (0, 1, 2, 3, 99, 2**32, 2**64)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), calls=st.integers(10, 60), paused=st.booleans())
def test_claimability__any_history__is_the_view_of_the_contract(
    activity, contracts, tmp_path, seed, calls, paused
):
    """API-6: `claim-eligibility` equals the contract's view at the indexed block, bit for bit."""
    activity.random.seed(seed)
    activity.burst(calls)
    if paused:
        activity.send(activity.owner, "escrow", "pause")
        activity.mine()
    database = new_database(f"sqlite:///{tmp_path / 'index.db'}")
    sync(database, contracts, activity.anvil.url)

    with database.connect() as connection:
        pairs = [(r, a) for r in range(1, contracts.escrow.run_count() + 1) for a in AGENTS]
        for pair, expected in zip(pairs, _views(activity, pairs), strict=True):
            assert claimability(connection, *pair).bits == expected
    database.dispose()


def test_claimability__poster_becomes_operator_by_each_way__is_a_self_claim(
    activity, contracts, database
):
    """RUN-5: approved for one agent, for all of an owner, and buyer of the third."""
    owners = activity.people
    now = activity.w3.eth.get_block("latest")["timestamp"]
    activity.send(
        activity.poster, "escrow", "postRun", (10**6, now + 86_400, 1, 0, 1), "ipfs://task"
    )
    activity.send(owners[0], "identity", "approve", activity.poster, 0)
    activity.send(owners[1], "identity", "setApprovalForAll", activity.poster, True)
    activity.send(owners[2], "identity", "transferFrom", owners[2], activity.poster, 2)
    activity.mine()
    sync(database, contracts, activity.anvil.url)
    run = contracts.escrow.run_count()

    with database.connect() as connection:
        bits = [claimability(connection, run, agent).bits for agent in range(3)]

    assert bits == [Ineligibility.SELF_CLAIM] * 3
    assert bits == [contracts.escrow.claim_eligibility(run, agent) for agent in range(3)]


def test_claimability__unknown_run__is_none_where_the_contract_reverts(
    activity, contracts, database
):
    """RUN-26: an unknown run reverts."""
    sync(database, contracts, activity.anvil.url)

    with database.connect() as connection:
        assert claimability(connection, 10**6, 0) is None
    with pytest.raises(ContractReverted, match="RunUnknown"):
        contracts.escrow.claim_eligibility(10**6, 0)


def _views(activity, pairs):
    """The contract's answers, asked for in one request."""
    abi, escrow = Abi(ours("RunEscrow").abi), activity.contracts.escrow.address
    calls = [(escrow, "0x" + abi.call("claimEligibility", pair).hex()) for pair in pairs]
    return [int.from_bytes(word) for word in Pool(activity.anvil.url).views(calls)] if calls else []
