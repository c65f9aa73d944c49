"""lock(agentId, amount, minStatus).

when the caller is no market
    it should revert with NotMarket
when a market, or anybody in a market's name, calls through the forwarder
    it should revert
    it should name the forwarder, not the market, as the caller
when the amount is zero
    it should revert with ZeroAmount
when minStatus is above ESTABLISHED
    it should revert with MinStatusOutOfRange
given an unknown, unverified, frozen or banned agent
    it should revert with StatusTooLow
given a provisional agent
    when minStatus is ESTABLISHED
        it should revert with StatusTooLow
given an established agent
    it should lock for either minStatus
when more is asked for than is available
    it should revert with InsufficientStake (also beyond 48 bits, and for what others locked)
otherwise
    it should bind the amount, count a claim, emit StakeLocked, and move no money
given 100 USDC
    it should lock five times, not six
given the count of claims is at its maximum
    it should lock, and leave the count

Bonds, which are locks with minStatus 0: test_bonds.py. Markets that may lock less: test_markets.py,
test_allow_market.py, test_stop_claims.py.
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    CLAIMS_MAX,
    ESTABLISHED_AFTER,
    ESTABLISHED_COMPLETIONS,
    MIN_STAKE,
)
from tests.contracts.outcome import emitted, reverting

UNKNOWN_ID = 2**31
PROVISIONAL, ESTABLISHED = AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED


@pytest.mark.parametrize("who", ["outsider", "agent", "owner", "treasury"])
def test_lock__no_market__reverts(request, registry, agent_id, who):
    """STAKE-3, STAKE-9: the contracts' owner is no market either."""
    caller = request.getfixturevalue(who)

    with reverting(registry.NotMarket, caller=caller):
        registry.lock(agent_id, MIN_STAKE, PROVISIONAL, sender=caller)


@pytest.mark.parametrize("spoofed", [False, True])
def test_lock__market_through_the_forwarder__reverts(
    registry, forwarder, agent_id, market, outsider, relayer, signing, spoofed
):
    """STAKE-3, RUN-19 (threat: spoofed market)."""
    call = bytes(registry.lock.encode_input(agent_id, MIN_STAKE, PROVISIONAL))
    if spoofed:
        request = signing.request(outsider, registry, call + bytes.fromhex(market.address[2:]))
    else:
        request = signing.request(market, registry, call)

    with reverting(forwarder.FailedCall):
        forwarder.execute(request, sender=relayer)


def test_lock__forwarder_in_the_name_of_a_market__counts_as_the_forwarder(
    registry, forwarder, agent_id, market, accounts, chain
):
    """STAKE-3: the caller is asked, not whom it claims to speak for."""
    chain.provider.set_balance(forwarder.address, 10**18)
    call = bytes(registry.lock.encode_input(agent_id, MIN_STAKE, PROVISIONAL))

    with reverting(registry.NotMarket, caller=forwarder):
        accounts[forwarder.address].transfer(
            registry, 0, data=call + bytes.fromhex(market.address[2:])
        )


def test_lock__zero__reverts(registry, agent_id, market):
    """RUN-26."""
    with reverting(registry.ZeroAmount):
        registry.lock(agent_id, 0, PROVISIONAL, sender=market)


@pytest.mark.parametrize("min_status", [AgentStatus.FROZEN, AgentStatus.BANNED, 5, 255])
def test_lock__min_status_that_nobody_may_ask_for__reverts(registry, agent_id, market, min_status):
    """STAKE-3: an order comparison alone would let FROZEN pass."""
    with reverting(
        registry.MinStatusOutOfRange,
        minStatus=min_status,
        lowest=0,
        highest=ESTABLISHED,
    ):
        registry.lock(agent_id, MIN_STAKE, min_status, sender=market)


def test_lock__unknown_agent__reverts(registry, market):
    """STAKE-3."""
    with reverting(
        registry.StatusTooLow,
        agentId=UNKNOWN_ID,
        status=AgentStatus.UNVERIFIED,
        required=PROVISIONAL,
    ):
        registry.lock(UNKNOWN_ID, MIN_STAKE, PROVISIONAL, sender=market)


def test_lock__unverified__reverts(registry, agent, agent_id, market):
    """STAKE-3, STAKE-5."""
    registry.unstake(agent_id, 1, agent, sender=agent)

    with reverting(
        registry.StatusTooLow,
        agentId=agent_id,
        status=AgentStatus.UNVERIFIED,
        required=PROVISIONAL,
    ):
        registry.lock(agent_id, 1, PROVISIONAL, sender=market)


@pytest.mark.parametrize(("times", "status"), [(1, AgentStatus.FROZEN), (3, AgentStatus.BANNED)])
@pytest.mark.parametrize("min_status", [PROVISIONAL, ESTABLISHED])
def test_lock__frozen_or_banned__reverts(
    registry, agent, agent_id, market, slashed, times, status, min_status
):
    """STAKE-3, STAKE-6 (threat: a partly slashed agent claims on)."""
    registry.stake(agent_id, times * MIN_STAKE, sender=agent)
    slashed(times)
    assert registry.availableStake(agent_id) == MIN_STAKE

    with reverting(registry.StatusTooLow, agentId=agent_id, status=status, required=min_status):
        registry.lock(agent_id, MIN_STAKE, min_status, sender=market)


def test_lock__provisional_where_established_is_asked_for__reverts(registry, agent_id, market):
    """STAKE-3."""
    with reverting(
        registry.StatusTooLow, agentId=agent_id, status=PROVISIONAL, required=ESTABLISHED
    ):
        registry.lock(agent_id, MIN_STAKE, ESTABLISHED, sender=market)


@pytest.mark.parametrize("min_status", [PROVISIONAL, ESTABLISHED])
def test_lock__established__locks(registry, agent_id, market, write_record, clock, min_status):
    """STAKE-3, STAKE-5."""
    write_record(agent_id, completions=ESTABLISHED_COMPLETIONS)
    clock.at(registry.getAgent(agent_id).stakedAt + ESTABLISHED_AFTER)

    tx = registry.lock(agent_id, MIN_STAKE, min_status, sender=market)

    assert registry.getAgent(agent_id).locked == MIN_STAKE
    assert emitted(tx, registry) == [("StakeLocked", agent_id, market, MIN_STAKE, min_status)]


@pytest.mark.parametrize("amount", [MIN_STAKE + 1, 2**48 + 1, 2**256 - 1])
def test_lock__more_than_available__reverts(registry, agent_id, market, amount):
    """STAKE-3."""
    with reverting(
        registry.InsufficientStake, agentId=agent_id, available=MIN_STAKE, required=amount
    ):
        registry.lock(agent_id, amount, PROVISIONAL, sender=market)


def test_lock__what_another_market_locked__reverts(registry, locked, market, second_market):
    """STAKE-3: two markets never bind the same dollar."""
    working = locked(by=second_market)

    with reverting(registry.InsufficientStake, agentId=working, available=0, required=1):
        registry.lock(working, 1, PROVISIONAL, sender=market)


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_lock__available_stake__binds_it_and_counts(request, registry, agent_id, ledger, which):
    """STAKE-3, STAKE-4, RUN-20, RUN-22: what is locked stays staked."""
    caller = request.getfixturevalue(which)
    since = registry.getAgent(agent_id).stakedAt

    with ledger.moves():
        tx = registry.lock(agent_id, MIN_STAKE - 1, PROVISIONAL, sender=caller)

    assert emitted(tx, registry) == [("StakeLocked", agent_id, caller, MIN_STAKE - 1, PROVISIONAL)]
    assert tuple(registry.getAgent(agent_id)) == (
        MIN_STAKE,
        MIN_STAKE - 1,
        since,
        1,
        0,
        0,
        0,
        False,
    )
    assert registry.availableStake(agent_id) == 1
    assert registry.totalOwed() == MIN_STAKE


def test_lock__five_times_with_100_usdc__and_not_a_sixth(registry, locked, market):
    """STAKE-4 (threat: one stake freezes every open run)."""
    working = locked(staked=5 * MIN_STAKE)
    for _ in range(4):
        registry.lock(working, MIN_STAKE, PROVISIONAL, sender=market)

    with reverting(registry.InsufficientStake, agentId=working, available=0, required=MIN_STAKE):
        registry.lock(working, MIN_STAKE, PROVISIONAL, sender=market)
    assert registry.getAgent(working).locked == 5 * MIN_STAKE
    assert registry.getAgent(working).claims == 5


def test_lock__with_all_claims_counted__locks(registry, agent_id, market, write_record):
    """RUN-22: the count stops at its maximum instead of blocking."""
    write_record(agent_id, claims=CLAIMS_MAX - 1)

    registry.lock(agent_id, 1, PROVISIONAL, sender=market)
    assert registry.getAgent(agent_id).claims == CLAIMS_MAX
    registry.lock(agent_id, 1, PROVISIONAL, sender=market)

    assert registry.getAgent(agent_id).claims == CLAIMS_MAX
    assert registry.getAgent(agent_id).completions == 0
    assert registry.getAgent(agent_id).locked == 2
