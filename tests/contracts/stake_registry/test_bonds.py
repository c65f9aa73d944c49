"""Locks with minStatus 0: bonds of clients, evaluators and jurors (STAKE-11).

given an agent of whatever status
    it should lock, as far as stake is available
    it should count no claim
given claims and bonds of several markets
    it should bind each dollar once, and give each back to its own market
    it should be released without an outcome, and slashed with or without a strike
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MIN_STAKE
from tests.contracts.outcome import emitted, reverting

BOND, CLAIM = 0, 1


def _frozen(registry, agent, agent_id, slashed):
    slashed()
    registry.stake(agent_id, MIN_STAKE - 1, sender=agent)


def _banned(registry, agent, agent_id, slashed):
    registry.stake(agent_id, 3 * MIN_STAKE, sender=agent)
    slashed(3)


def _unverified(registry, agent, agent_id, slashed):
    registry.unstake(agent_id, 1, agent, sender=agent)


def _provisional(registry, agent, agent_id, slashed):
    pass


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize(
    ("become", "status"),
    [
        (_unverified, AgentStatus.UNVERIFIED),
        (_provisional, AgentStatus.PROVISIONAL),
        (_frozen, AgentStatus.FROZEN),
        (_banned, AgentStatus.BANNED),
    ],
)
def test_bond__any_status__locks_and_counts_no_claim(
    request, registry, agent, agent_id, slashed, become, status, which, ledger
):
    """STAKE-11."""
    become(registry, agent, agent_id, slashed)
    assert registry.statusOf(agent_id) == status
    caller = request.getfixturevalue(which)
    available = registry.availableStake(agent_id)
    before = registry.getAgent(agent_id)

    with ledger.moves():
        tx = registry.lock(agent_id, available, BOND, sender=caller)

    assert emitted(tx, registry) == [("StakeLocked", agent_id, caller, available, BOND)]
    after = registry.getAgent(agent_id)
    assert (after.staked, after.locked) == (before.staked, available)
    assert tuple(after)[2:] == tuple(before)[2:]


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_bond__more_than_available__reverts(request, registry, agent_id, which):
    """STAKE-3, STAKE-11."""
    caller = request.getfixturevalue(which)

    with reverting(
        registry.InsufficientStake,
        agentId=agent_id,
        available=MIN_STAKE,
        required=MIN_STAKE + 1,
    ):
        registry.lock(agent_id, MIN_STAKE + 1, BOND, sender=caller)


def test_bond__zero__reverts(registry, agent_id, market):
    """RUN-26."""
    with reverting(registry.ZeroAmount):
        registry.lock(agent_id, 0, BOND, sender=market)


@pytest.mark.parametrize("who", ["outsider", "agent", "owner"])
def test_bond__no_market__reverts(request, registry, agent_id, who):
    """STAKE-3."""
    caller = request.getfixturevalue(who)

    with reverting(registry.NotMarket, caller=caller):
        registry.lock(agent_id, 1, BOND, sender=caller)


def test_bond__backs_a_claim_and_a_bond__never_with_the_same_dollar(
    registry, locked, market, second_market
):
    """STAKE-3, STAKE-4: what a bond binds is not there for a claim, nor the other way round."""
    working = locked()

    for caller, min_status in ((second_market, BOND), (market, BOND), (second_market, CLAIM)):
        with reverting(registry.InsufficientStake, agentId=working, available=0, required=1):
            registry.lock(working, 1, min_status, sender=caller)


def test_bond__beside_claims_of_several_markets__each_gets_its_own_back(
    registry, locked, market, second_market, poster, ledger
):
    """STAKE-3, STAKE-11: several markets, one stake."""
    working = locked(staked=4 * MIN_STAKE)
    locked(5, staked=0, by=second_market, min_status=BOND)
    locked(7, staked=0, by=market, min_status=BOND)
    locked(staked=0, by=second_market)
    assert registry.getAgent(working).locked == 2 * MIN_STAKE + 12
    assert registry.getAgent(working).claims == 2

    registry.release(working, 7, 0, sender=market)
    with ledger.moves({registry: -2, poster: 2}):
        registry.slash(working, 5, 2, poster, False, sender=second_market)
    registry.release(working, MIN_STAKE, 1, sender=second_market)
    with reverting(
        registry.LockExceeded, agentId=working, market=second_market, amount=1, locked=0
    ):
        registry.release(working, 1, 0, sender=second_market)

    after = registry.getAgent(working)
    assert (after.staked, after.locked) == (4 * MIN_STAKE - 2, MIN_STAKE)
    assert (after.claims, after.completions, after.strikes, after.frozen) == (2, 1, 0, False)
    registry.release(working, MIN_STAKE, 0, sender=market)
    assert registry.getAgent(working).locked == 0


def test_bond__slashed_with_a_strike__freezes(registry, locked, second_market, poster):
    """STAKE-6, STAKE-11: whether a slash is a strike is the slash's to say."""
    working = locked(by=second_market, min_status=BOND)

    registry.slash(working, MIN_STAKE, 1, poster, True, sender=second_market)

    after = registry.getAgent(working)
    assert (after.claims, after.strikes, after.frozen) == (0, 1, True)
