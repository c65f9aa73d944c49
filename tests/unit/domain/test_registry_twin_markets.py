"""The StakeRegistry twin, what markets and the owner call.

lock, release, slash: market, zero, range, status or own lock
scheduleMarket, cancelMarket: owner, order of the three times
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import Agent, AgentStatus
from agentescrow.domain.constants import DAY, MIN_STAKE, ZERO_ADDRESS
from agentescrow.domain.registry import Outcome

SECOND_MARKET = "second market"


def stake(world, amount, agent_id=0, sender="agent"):
    world.registry.stake(agent_id, amount, sender=sender, now=world.now)


def lock(world, amount=MIN_STAKE, min_status=1, sender="escrow"):
    world.registry.lock(0, amount, min_status, sender=sender, now=world.now)


def release(world, amount=MIN_STAKE, outcome=0, sender="escrow"):
    world.registry.release(0, amount, outcome, sender=sender, now=world.now)


def slash(world, amount=MIN_STAKE, to="poster", compensation=MIN_STAKE, sender="escrow"):
    world.registry.slash(0, amount, to, compensation, sender=sender, now=world.now)


def set_agent(world, **record):
    world.registry.agents[0] = Agent(**{"staked": MIN_STAKE, "staked_at": world.now} | record)
    world.token.balances["registry"] = world.registry.total_owed()


# lock


def test_lock__market__takes_from_what_is_available(world):
    """STAKE-3, STAKE-4: locked, counted, owned by that market."""
    lock(world)
    agent = world.registry.get_agent(0)
    assert (agent.locked, agent.available, agent.claims) == (MIN_STAKE, 0, 1)
    assert world.registry.available_stake(0) == 0
    assert world.registry.locked_by("escrow", 0) == MIN_STAKE


def test_lock__refused__in_the_contracts_order(world):
    """STAKE-3: market, zero, minStatus, status, available."""
    set_agent(world, frozen=True)
    with world.refused("NotMarket", "outsider"):
        lock(world, 0, sender="outsider")
    with world.refused("ZeroAmount"):
        lock(world, 0, min_status=9)
    for nonsense in (0, 3, 4, 255):
        with world.refused("MinStatusOutOfRange", nonsense, 1, 2):
            lock(world, min_status=nonsense)
    with world.refused("StatusTooLow", 0, AgentStatus.FROZEN, AgentStatus.PROVISIONAL):
        lock(world, MIN_STAKE + 1)
    set_agent(world)
    with world.refused("InsufficientStake", 0, MIN_STAKE, MIN_STAKE + 1):
        lock(world, MIN_STAKE + 1)


@pytest.mark.parametrize(
    ("record", "status", "required"),
    [
        ({"staked": MIN_STAKE - 1}, AgentStatus.UNVERIFIED, AgentStatus.PROVISIONAL),
        ({}, AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED),
        ({"frozen": True}, AgentStatus.FROZEN, AgentStatus.ESTABLISHED),
        ({"strikes": 3}, AgentStatus.BANNED, AgentStatus.PROVISIONAL),
    ],
)
def test_lock__status_not_allowed__is_refused(world, record, status, required):
    """STAKE-3: an order comparison would let FROZEN and BANNED pass."""
    set_agent(world, **record)
    with world.refused("StatusTooLow", 0, status, required):
        lock(world, 1, min_status=int(required))


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, False), (0, True), (1, True)])
def test_lock__established__from_the_thirtieth_day_on(world, seconds, allowed):
    """STAKE-5, RUN-0: one second before, at and after 30 days."""
    set_agent(world, completions=5)
    world.wait(30 * DAY + seconds)
    if allowed:
        lock(world, min_status=2)
    else:
        with world.refused("StatusTooLow", 0, AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED):
            lock(world, min_status=2)


# release


@pytest.mark.parametrize(
    ("outcome", "completions", "rejections"),
    [(Outcome.NONE, 0, 0), (Outcome.COMPLETED, 1, 0), (Outcome.REJECTED, 0, 1)],
)
def test_release__outcome__is_counted(world, outcome, completions, rejections):
    """STAKE-3, RUN-22: 0 none, 1 completed, 2 rejected."""
    lock(world)
    release(world, outcome=outcome)
    agent = world.registry.get_agent(0)
    assert (agent.completions, agent.rejections) == (completions, rejections)
    assert (agent.locked, agent.staked, agent.claims) == (0, MIN_STAKE, 1)


def test_release__refused__in_the_contracts_order(world):
    """STAKE-3: market, zero, outcome, own lock."""
    with world.refused("NotMarket", "outsider"):
        release(world, 0, sender="outsider")
    with world.refused("ZeroAmount"):
        release(world, 0, outcome=3)
    with world.refused("OutcomeOutOfRange", 3, 2):
        release(world, outcome=3)
    with world.refused("LockExceeded", 0, "escrow", 1, 0):
        release(world, 1)


def test_counters__at_their_highest_value__stay_there(world):
    """RUN-15, STAKE-3: a full counter never blocks a claim, a release or a slash."""
    full = {"claims": 2**24 - 1, "completions": 2**24 - 1, "rejections": 2**16 - 1}
    set_agent(world, **full)
    for outcome in Outcome:
        lock(world)
        release(world, outcome=outcome)
    assert world.registry.get_agent(0) == Agent(MIN_STAKE, 0, world.now, **full)
    lock(world)
    set_agent(world, locked=MIN_STAKE, strikes=255)
    slash(world)
    assert world.registry.get_agent(0).strikes == 255


# slash


@pytest.mark.parametrize("compensation", [0, 1, MIN_STAKE - 1, MIN_STAKE])
def test_slash__compensation__goes_to_the_injured_the_rest_to_the_treasury(world, compensation):
    """STAKE-6, STAKE-8: lock taken, strike, frozen, clock stopped below MIN_STAKE."""
    lock(world)
    before = world.balance("poster")
    slash(world, compensation=compensation)
    assert world.balance("poster") == before + compensation
    assert world.balance("treasury") == MIN_STAKE - compensation
    assert world.registry.get_agent(0) == Agent(claims=1, strikes=1, frozen=True)
    assert world.registry.status_of(0, now=world.now) == AgentStatus.FROZEN
    world.assert_solvent()


def test_slash__more_staked__keeps_the_clock_and_the_rest(world):
    """STAKE-6, STAKE-7: only the claim's lock is taken."""
    stake(world, MIN_STAKE)
    lock(world)
    slash(world)
    agent = world.registry.get_agent(0)
    assert (agent.staked, agent.available, agent.staked_at) == (MIN_STAKE, MIN_STAKE, world.now)


def test_slash__third_strike__bans(world):
    """STAKE-5: three slashes."""
    stake(world, 2 * MIN_STAKE)
    for _ in range(3):
        lock(world)
        slash(world)
        if world.registry.get_agent(0).strikes < 3:
            stake(world, MIN_STAKE)
    assert world.registry.status_of(0, now=world.now) == AgentStatus.BANNED


def test_slash__refused__in_the_contracts_order(world):
    """STAKE-3, STAKE-8: market, zero, compensation, beneficiary, own lock."""
    with world.refused("NotMarket", "outsider"):
        slash(world, 0, sender="outsider")
    with world.refused("ZeroAmount"):
        slash(world, 0, compensation=1)
    with world.refused("CompensationTooLarge", 2, 1):
        slash(world, 1, compensation=2)
    with world.refused("InvalidRecipient", ZERO_ADDRESS):
        slash(world, 1, to=ZERO_ADDRESS, compensation=1)
    with world.refused("LockExceeded", 0, "escrow", 1, 0):
        slash(world, 1, compensation=1)
    lock(world)


def test_slash__payee_blacklisted__is_credited(world):
    """RUN-16, STAKE-8: poster and treasury are paid independently of each other."""
    lock(world)
    world.token.blacklisted.add("treasury")
    slash(world, compensation=5)
    assert world.registry.credit_of("treasury") == MIN_STAKE - 5
    assert world.registry.credit_of("poster") == 0
    world.assert_solvent()


# Markets


def test_second_market__releases_and_slashes__only_what_it_locked_itself(world):
    """STAKE-3: however much the first one has locked."""
    stake(world, MIN_STAKE)
    world.registry.schedule_market(SECOND_MARKET, sender="owner", now=world.now)
    world.wait(14 * DAY)
    lock(world)
    lock(world, 5, sender=SECOND_MARKET)
    with world.refused("LockExceeded", 0, SECOND_MARKET, 6, 5):
        release(world, 6, sender=SECOND_MARKET)
    with world.refused("LockExceeded", 0, SECOND_MARKET, 6, 5):
        slash(world, 6, compensation=0, sender=SECOND_MARKET)
    slash(world, 5, compensation=0, sender=SECOND_MARKET)
    assert world.registry.locked_by("escrow", 0) == MIN_STAKE == world.registry.get_agent(0).locked


@pytest.mark.parametrize(("seconds", "usable"), [(-1, False), (0, True), (1, True)])
def test_schedule_market__fourteen_days_later__is_usable(world, seconds, usable):
    """STAKE-9, RUN-0: one second before, at and after; from then on it cannot be cancelled."""
    usable_at = world.now + 14 * DAY
    world.registry.schedule_market(SECOND_MARKET, sender="owner", now=world.now)
    assert world.registry.market_usable_at(SECOND_MARKET) == usable_at
    world.wait(14 * DAY + seconds)
    assert world.registry.is_market(SECOND_MARKET, now=world.now) is usable
    if usable:
        lock(world, sender=SECOND_MARKET)
        with world.refused("MarketAlreadyUsable", SECOND_MARKET, usable_at):
            world.registry.cancel_market(SECOND_MARKET, sender="owner", now=world.now)
    else:
        with world.refused("NotMarket", SECOND_MARKET):
            lock(world, sender=SECOND_MARKET)
        world.registry.cancel_market(SECOND_MARKET, sender="owner", now=world.now)
        assert world.registry.market_usable_at(SECOND_MARKET) == 0


def test_markets__refused__in_the_contracts_order(world):
    """STAKE-9: owner only, known or not, the first market for ever."""
    registry, now = world.registry, world.now
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        registry.schedule_market(ZERO_ADDRESS, sender="outsider", now=now)
    with world.refused("InvalidMarket", ZERO_ADDRESS):
        registry.schedule_market(ZERO_ADDRESS, sender="owner", now=now)
    with world.refused("MarketAlreadyScheduled", "escrow", now):
        registry.schedule_market("escrow", sender="owner", now=now)
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        registry.cancel_market("nobody", sender="outsider", now=now)
    with world.refused("MarketNotScheduled", "nobody"):
        registry.cancel_market("nobody", sender="owner", now=now)
    with world.refused("MarketAlreadyUsable", "escrow", now):
        registry.cancel_market("escrow", sender="owner", now=now)
