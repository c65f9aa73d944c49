"""The database's answer to "may this agent claim this run" is the contract's."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agentescrow.chain.pool import Pool
from agentescrow.domain.runs.eligibility import Ineligibility
from agentescrow.errors import ContractReverted
from agentescrow.store.agents.markets import allowances_of
from agentescrow.store.runs.eligibility import find_claim_eligibility
from agentescrow.store.tables import agents
from artifacts import ours
from localnet.codec import Abi
from tests.indexer.index import new_database, sync

AGENTS = (0, 1, 2, 3, 99, 2**32, 2**64)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), calls=st.integers(10, 60), paused=st.booleans())
def test_claimability__any_history__is_the_view_of_the_contract(
    activity, tmp_path, seed, calls, paused
):
    """API-6: `claim-eligibility` equals the contract's view at the indexed block, bit for bit."""
    activity.random.seed(seed)
    activity.burst(calls)
    if paused:
        activity.send(activity.owner, "runs", "pause")
        activity.mine()

    _require_same_bits(activity, tmp_path)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), calls=st.integers(20, 60))
def test_claimability__market_that_needs_leave__is_the_view_of_the_contract(
    by_consent, tmp_path, seed, calls
):
    """API-6, STAKE-9: leave given, changed, used up, and lost when the agent is sold."""
    by_consent.random.seed(seed)
    by_consent.burst(calls)

    _require_same_bits(by_consent, tmp_path)


def test_claimability__cap_used_up__is_allowed_again_when_a_lock_is_freed(by_consent, tmp_path):
    """API-6, STAKE-9: leave for one claim at a time, which a sale ends."""
    contracts = by_consent.contracts
    escrow, registry = contracts.runs, contracts.registry
    snapshot = by_consent.anvil.rpc("evm_snapshot")
    owner, buyer = by_consent.people[:2]
    agent = _fresh_agent(by_consent, owner)
    for person in (owner, buyer):  # else the claim may be one of the poster's own
        by_consent.send(person, "identity", "setApprovalForAll", by_consent.poster, False)
    first, second = _posted(by_consent), _posted(by_consent)

    def is_allowed():
        found = _require_same_bits(by_consent, tmp_path, [(second, agent)])
        return not found[second, agent] & Ineligibility.MARKET_NOT_ALLOWED

    answers = [is_allowed()]
    for sender, contract, function, *args in (
        (owner, "registry", "allowMarket", agent, escrow.address, 39_999_999),
        (owner, "runs", "claimRun", first, agent),
        (owner, "runs", "abandonRun", first),
        (owner, "identity", "transferFrom", owner, buyer, agent),
        (buyer, "identity", "transferFrom", buyer, owner, agent),
        (owner, "registry", "allowMarket", agent, escrow.address, 19_999_999),
    ):
        by_consent.send(sender, contract, function, *args)
        by_consent.mine()
        answers.append(is_allowed())

    assert answers == [False, True, False, True, False, True, False]
    assert registry.market_allowance(agent, escrow.address) == 19_999_999
    by_consent.anvil.rpc("evm_revert", snapshot)
    by_consent.anvil.rpc("evm_setAutomine", False)


def test_claimability__market_retired__is_the_view_of_the_contract(by_consent, tmp_path):
    """API-6, STAKE-9: whatever agents' owners had allowed, a retired market takes no claim."""
    escrow = by_consent.contracts.runs.address
    snapshot = by_consent.anvil.rpc("evm_snapshot")
    for agent in range(3):
        owner = by_consent.contracts.identity.owner_of(agent)
        by_consent.send(owner, "registry", "allowMarket", agent, escrow, 2**48 - 1)
    run = _posted(by_consent)
    allowed = _require_same_bits(by_consent, tmp_path)

    by_consent.send(by_consent.owner, "registry", "retireMarket", escrow)
    by_consent.mine()
    retired = _require_same_bits(by_consent, tmp_path)

    assert not any(allowed[run, agent] & Ineligibility.MARKET_NOT_ALLOWED for agent in range(3))
    assert all(retired[run, agent] & Ineligibility.MARKET_NOT_ALLOWED for agent in range(3))
    by_consent.anvil.rpc("evm_revert", snapshot)
    by_consent.anvil.rpc("evm_setAutomine", False)


def test_claimability__constructor_s_market_retired__is_the_view_of_the_contract(
    activity, contracts, tmp_path
):
    """API-6, STAKE-9: retired for good, it takes no claim more."""
    activity.burst(30)
    before = _require_same_bits(activity, tmp_path)
    activity.send(activity.owner, "registry", "retireMarket", contracts.runs.address)
    activity.mine()

    after = _require_same_bits(activity, tmp_path)

    known = {pair for pair in after if not after[pair] & Ineligibility.AGENT_UNKNOWN}
    assert known
    for pair in known:
        assert not before[pair] & Ineligibility.MARKET_NOT_ALLOWED
        assert after[pair] & Ineligibility.MARKET_NOT_ALLOWED


def test_standings__of_agents__are_the_allowances_of_the_contract(by_consent, tmp_path):
    """STAKE-9: cap and lock of each market; what another owner had allowed binds nobody."""
    by_consent.random.seed(5)
    by_consent.burst(80)
    contracts = by_consent.contracts
    database = new_database(f"sqlite:///{tmp_path / 'index.db'}")
    sync(database, contracts, by_consent.anvil.url)

    with database.connect() as connection:
        for agent in connection.execute(select(agents)).all():
            found = allowances_of(connection, agent)
            assert contracts.runs.address in {standing.market for standing in found}
            for standing in found:
                allowed = contracts.registry.market_allowance(agent.agent_id, standing.market)
                assert allowed == (0 if standing.retired else standing.cap)
                if standing.market == contracts.runs.address:
                    assert standing.locked == agent.locked  # nobody else locks here
    database.dispose()


def test_claimability__poster_becomes_operator_by_each_way__is_a_self_claim(
    activity, contracts, database
):
    """RUN-5: approved for one agent, for all of an owner, and buyer of the third."""
    owners = activity.people
    now = activity.w3.eth.get_block("latest")["timestamp"]
    activity.send(activity.poster, "runs", "postRun", (10**6, now + 86_400, 1, 0, 1), "ipfs://task")
    activity.send(owners[0], "identity", "approve", activity.poster, 0)
    activity.send(owners[1], "identity", "setApprovalForAll", activity.poster, True)
    activity.send(owners[2], "identity", "transferFrom", owners[2], activity.poster, 2)
    activity.mine()
    sync(database, contracts, activity.anvil.url)
    run = contracts.runs.run_count()

    with database.connect() as connection:
        bits = [find_claim_eligibility(connection, run, agent).bits for agent in range(3)]

    assert bits == [Ineligibility.SELF_CLAIM] * 3
    assert bits == [contracts.runs.claim_eligibility(run, agent) for agent in range(3)]


def test_claimability__unknown_run__is_none_where_the_contract_reverts(
    activity, contracts, database
):
    """RUN-26: an unknown run reverts."""
    sync(database, contracts, activity.anvil.url)

    with database.connect() as connection:
        assert find_claim_eligibility(connection, 10**6, 0) is None
    with pytest.raises(ContractReverted, match="RunUnknown"):
        contracts.runs.claim_eligibility(10**6, 0)


def _fresh_agent(activity, owner):
    """An agent with 60 USDC of stake; its number."""
    number = next(n for n in count() if not _is_known(activity.contracts.identity, n))
    activity.send(owner, "identity", "register(string)", "ipfs://fresh")
    activity.mine()
    activity.send(owner, "registry", "stake", number, 60 * 10**6)
    activity.mine()
    return number


def _is_known(identity, agent):
    try:
        return bool(identity.owner_of(agent))
    except ContractReverted:
        return False


def _posted(activity):
    """An OPEN run; its number."""
    now = activity.w3.eth.get_block("latest")["timestamp"]
    terms = (10**6, now + 86_400, 1, 0, 1)
    activity.send(activity.poster, "runs", "postRun", terms, "ipfs://task")
    activity.mine()
    return activity.contracts.runs.run_count()


def _require_same_bits(activity, tmp_path, pairs=None):
    """Of every run and agent, in a fresh database; all answers by run and agent."""
    contracts = activity.contracts
    database = new_database(f"sqlite:///{tmp_path / 'index.db'}")
    sync(database, contracts, activity.anvil.url)
    if pairs is None:
        pairs = [(r, a) for r in range(1, contracts.runs.run_count() + 1) for a in AGENTS]
    views = dict(zip(pairs, _views(activity, pairs), strict=True))
    with database.connect() as connection:
        for pair, expected in views.items():
            assert find_claim_eligibility(connection, *pair).bits == expected
    database.dispose()
    return views


def _views(activity, pairs):
    """The contract's answers, asked for in one request."""
    abi, escrow = Abi(ours("RunEscrow").abi), activity.contracts.runs.address
    calls = [(escrow, "0x" + abi.call("claimEligibility", pair).hex()) for pair in pairs]
    return [int.from_bytes(word) for word in Pool(activity.anvil.url).views(calls)] if calls else []
