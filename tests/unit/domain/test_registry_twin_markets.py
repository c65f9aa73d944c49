"""The StakeRegistry twin, what markets and the owner call.

lock, release, slash: market, zero, range, what the market may, status or own lock
addMarket, retireMarket: the contract's owner, known or not, retired or not
allowMarket: the NFT's owner, which market, cap
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import Agent, AgentStatus, Outcome
from agentescrow.domain.constants import DAY, MARKET_CAP_MAX, MIN_STAKE, ZERO_ADDRESS

SECOND_MARKET = "second market"


def stake(world, amount, agent_id=0, sender="agent"):
    world.registry.stake(agent_id, amount, sender=sender, now=world.now)


def lock(world, amount=MIN_STAKE, min_status=1, sender="escrow"):
    world.registry.lock(0, amount, min_status, sender=sender, now=world.now)


def release(world, amount=MIN_STAKE, outcome=0, sender="escrow"):
    world.registry.release(0, amount, outcome, sender=sender)


def slash(world, amount=MIN_STAKE, penalty=MIN_STAKE, to="poster", strike=True, sender="escrow"):
    world.registry.slash(0, amount, penalty, to, strike, sender=sender)


def add(world, cap=None, market=SECOND_MARKET):
    world.registry.add_market(market, sender="owner")
    if cap is not None:
        allow(world, cap, market)


def allow(world, cap, market=SECOND_MARKET, sender="agent", agent_id=0):
    world.registry.allow_market(agent_id, market, cap, sender=sender)


def retire(world, market=SECOND_MARKET):
    world.registry.retire_market(market, sender="owner")


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
    """STAKE-3: market, zero, minStatus, what the market may, status, available."""
    set_agent(world, frozen=True)
    with world.refused("NotMarket", "outsider"):
        lock(world, 0, sender="outsider")
    with world.refused("ZeroAmount"):
        lock(world, 0, min_status=9)
    for nonsense in (3, 4, 255):
        with world.refused("MinStatusOutOfRange", nonsense, 0, 2):
            lock(world, min_status=nonsense)
    world.registry.stop_claims(True, sender="escrow")
    with world.refused("ClaimsStopped", "escrow"):
        lock(world, MIN_STAKE + 1)
    world.registry.stop_claims(False, sender="escrow")
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


@pytest.mark.parametrize("record", [{"staked": 5}, {"frozen": True}, {"strikes": 3}])
def test_lock__bond__asks_no_status_and_counts_no_claim(world, record):
    """STAKE-11: minStatus 0, whoever the agent is; but it has to be available."""
    set_agent(world, **record)
    lock(world, 5, min_status=0)
    agent = world.registry.get_agent(0)
    assert (agent.locked, agent.claims) == (5, 0)
    assert world.registry.journal[-1].values == (0, "escrow", 5, 0)
    with world.refused("InsufficientStake", 0, agent.available, MIN_STAKE + 1):
        lock(world, MIN_STAKE + 1, min_status=0)


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


@pytest.mark.parametrize("penalty", [1, MIN_STAKE - 1, MIN_STAKE])
def test_slash__penalty__goes_to_the_injured_and_the_rest_is_free(world, penalty):
    """STAKE-6, STAKE-8: nobody else earns; strike, frozen, clock stopped below MIN_STAKE."""
    lock(world)
    before = world.balance("poster")
    slash(world, penalty=penalty)
    assert world.balance("poster") == before + penalty
    assert world.balance("treasury") == 0
    left = Agent(staked=MIN_STAKE - penalty, claims=1, strikes=1, frozen=True)
    assert world.registry.get_agent(0) == left
    assert world.registry.available_stake(0) == MIN_STAKE - penalty
    assert world.registry.status_of(0, now=world.now) == AgentStatus.FROZEN
    world.assert_solvent()


def test_slash__without_strike__neither_counts_nor_freezes(world):
    """STAKE-11: the penalty is paid all the same."""
    stake(world, MIN_STAKE)
    lock(world)
    slash(world, penalty=5, strike=False)
    left = Agent(staked=2 * MIN_STAKE - 5, staked_at=world.now, claims=1)
    assert world.registry.get_agent(0) == left
    assert world.registry.status_of(0, now=world.now) == AgentStatus.PROVISIONAL
    assert world.registry.journal[-1].values == (0, "escrow", "poster", MIN_STAKE, 5, False, 0)
    world.assert_solvent()


def test_slash__part_of_the_lock__leaves_the_rest_locked(world):
    """STAKE-8: `amount` is taken out of the lock, no more."""
    lock(world)
    slash(world, amount=10, penalty=4)
    agent = world.registry.get_agent(0)
    assert (agent.staked, agent.locked, agent.available) == (MIN_STAKE - 4, MIN_STAKE - 10, 6)


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
    """STAKE-3, STAKE-8, STAKE-11: market, zeros, penalty, beneficiary, own lock."""
    with world.refused("NotMarket", "outsider"):
        slash(world, 0, sender="outsider")
    with world.refused("ZeroAmount"):
        slash(world, 0, penalty=1)
    with world.refused("ZeroAmount"):
        slash(world, 1, penalty=0)
    with world.refused("PenaltyTooLarge", 2, 1):
        slash(world, 1, penalty=2, to=ZERO_ADDRESS)
    for nowhere in (ZERO_ADDRESS, "registry"):
        with world.refused("InvalidRecipient", nowhere):
            slash(world, 1, penalty=1, to=nowhere)
    with world.refused("LockExceeded", 0, "escrow", 1, 0):
        slash(world, 1, penalty=1)
    lock(world)


@pytest.mark.parametrize("to", ["escrow", "usdc", "identity", "forwarder", "outsider"])
def test_slash__any_other_beneficiary__is_the_markets_to_name(world, to):
    """RUN-26: a market may name itself or another contract; USDC refuses itself, into a credit."""
    lock(world)
    slash(world, penalty=5, to=to)
    assert world.balance(to) + world.registry.credit_of(to) >= 5


def test_slash__payee_blacklisted__is_credited(world):
    """RUN-16, STAKE-8: the agent is slashed all the same."""
    lock(world)
    world.token.blacklisted.add("poster")
    slash(world, penalty=5)
    assert world.registry.credit_of("poster") == 5
    assert world.registry.get_agent(0).staked == MIN_STAKE - 5
    world.assert_solvent()


# Markets


def test_added_market__releases_and_slashes__only_what_it_locked_itself(world):
    """STAKE-3: however much the first one has locked."""
    stake(world, MIN_STAKE)
    add(world, cap=5)
    lock(world)
    lock(world, 5, sender=SECOND_MARKET)
    with world.refused("LockExceeded", 0, SECOND_MARKET, 6, 5):
        release(world, 6, sender=SECOND_MARKET)
    with world.refused("LockExceeded", 0, SECOND_MARKET, 6, 5):
        slash(world, 6, penalty=1, sender=SECOND_MARKET)
    slash(world, 5, penalty=1, sender=SECOND_MARKET)
    assert world.registry.locked_by("escrow", 0) == MIN_STAKE == world.registry.get_agent(0).locked


@pytest.mark.parametrize("min_status", [0, 1])
def test_added_market__lock__only_what_it_is_allowed_in_all(world, min_status):
    """STAKE-9, STAKE-11: consent is asked for bonds too; what is released may be locked again."""
    add(world)
    with world.refused("MarketNotAllowed", 0, SECOND_MARKET, 1, 0):
        lock(world, 1, min_status, SECOND_MARKET)
    allow(world, 10)
    lock(world, 4, min_status, SECOND_MARKET)
    for amount, required in ((7, 11), (2**256 - 5, 2**256 - 1), (2**256 - 1, 2**256 - 1)):
        with world.refused("MarketNotAllowed", 0, SECOND_MARKET, required, 10):
            lock(world, amount, min_status, SECOND_MARKET)
    lock(world, 6, min_status, SECOND_MARKET)
    release(world, 1, sender=SECOND_MARKET)
    lock(world, 1, min_status, SECOND_MARKET)


def test_added_market__sold_agent__is_not_the_buyers_consent(world):
    """STAKE-9: it binds while that owner owns the NFT, and again when it comes back."""
    add(world, cap=10)
    lock(world, 4, sender=SECOND_MARKET)
    world.identity.transfer(0, "buyer")
    assert world.registry.market_allowance(0, SECOND_MARKET) == 0
    with world.refused("MarketNotAllowed", 0, SECOND_MARKET, 5, 0):
        lock(world, 1, sender=SECOND_MARKET)
    release(world, 1, sender=SECOND_MARKET)
    world.identity.transfer(0, "agent")
    lock(world, 7, sender=SECOND_MARKET)
    world.identity.transfer(0, "buyer")
    allow(world, 12, sender="buyer")
    assert world.registry.market_allowance(0, SECOND_MARKET) == 12
    lock(world, 2, sender=SECOND_MARKET)


def test_added_market__unknown_agent__has_no_consent(world):
    """STAKE-9: no answer of the identity registry is no consent."""
    add(world, cap=10)
    world.identity.agents = {}
    with world.refused("MarketNotAllowed", 0, SECOND_MARKET, 1, 0):
        lock(world, 1, sender=SECOND_MARKET)


def test_allow_market__refused__in_the_contracts_order(world):
    """STAKE-9: agent, owner, market, highest cap, what is locked."""
    add(world, cap=10)
    add(world, market="third market")
    retire(world, "third market")
    lock(world, 4, sender=SECOND_MARKET)
    world.identity.approve(0, "approved")
    world.identity.set_wallet(0, "wallet")
    with world.refused("AgentUnknown", 9):
        allow(world, 0, "nobody", "outsider", agent_id=9)
    for other in ("outsider", "approved", "wallet"):
        with world.refused("NotAgentOwner", 0, other):
            allow(world, 0, "nobody", sender=other)
    with world.refused("MarketUnknown", "nobody"):
        allow(world, MARKET_CAP_MAX + 1, "nobody")
    with world.refused("MarketNeedsNoAllowance", "escrow"):
        allow(world, MARKET_CAP_MAX + 1, "escrow")
    with world.refused("MarketIsRetired", "third market"):
        allow(world, MARKET_CAP_MAX + 1, "third market")
    with world.refused("CapTooLarge", MARKET_CAP_MAX + 1, MARKET_CAP_MAX):
        allow(world, MARKET_CAP_MAX + 1)
    with world.refused("CapBelowLocked", 0, SECOND_MARKET, 3, 4):
        allow(world, 3)
    allow(world, 4)
    allow(world, MARKET_CAP_MAX)
    assert world.registry.market_allowance(0, SECOND_MARKET) == MARKET_CAP_MAX


def test_retired_market__added__locks_nothing_more_but_lets_go(world):
    """STAKE-9: for good; releases and slashes go on."""
    add(world, cap=10)
    lock(world, 10, sender=SECOND_MARKET)
    retire(world)
    for min_status in (0, 1):
        with world.refused("MarketIsRetired", SECOND_MARKET):
            lock(world, 1, min_status, SECOND_MARKET)
    release(world, 4, sender=SECOND_MARKET)
    slash(world, 6, penalty=5, sender=SECOND_MARKET)
    assert world.registry.get_agent(0).locked == 0
    assert not world.registry.is_market(SECOND_MARKET)
    assert world.registry.market_allowance(0, SECOND_MARKET) == 0


def test_retired_market__of_the_constructor__still_locks_bonds(world):
    """STAKE-9, STAKE-11: open cases need them; claims are over."""
    retire(world, "escrow")
    with world.refused("MarketIsRetired", "escrow"):
        lock(world, 1)
    lock(world, 5, min_status=0)
    release(world, 4)
    slash(world, 1, penalty=1)
    assert not world.registry.allows_claim(0, "escrow", 1)
    assert world.registry.market_allowance(0, "escrow") == MARKET_CAP_MAX


def test_stop_claims__anybody__stops_its_own_claims_only(world):
    """RUN-18: a market's switch for itself; bonds go on."""
    world.registry.stop_claims(True, sender="outsider")
    lock(world, 1)
    world.registry.stop_claims(True, sender="escrow")
    with world.refused("ClaimsStopped", "escrow"):
        lock(world, 1)
    lock(world, 1, min_status=0)
    world.registry.stop_claims(False, sender="escrow")
    lock(world, 1)


def test_views__market__says_what_it_may(world):
    """STAKE-9: of the constructor, added and allowed, retired, and unknown."""
    add(world, cap=10)
    lock(world, 4, sender=SECOND_MARKET)
    registry = world.registry
    assert registry.is_market("escrow")
    assert registry.is_market(SECOND_MARKET)
    assert not registry.is_market("nobody")
    assert registry.market_allowance(0, "escrow") == MARKET_CAP_MAX
    assert registry.market_allowance(0, SECOND_MARKET) == 10
    assert registry.market_allowance(0, "nobody") == 0
    assert registry.allows_claim(0, "escrow", 2**48)
    assert registry.allows_claim(0, SECOND_MARKET, 6)
    assert not registry.allows_claim(0, SECOND_MARKET, 7)
    assert not registry.allows_claim(0, "nobody", 0)
    belonging = [SECOND_MARKET, "registry", "escrow", "usdc", "identity", "forwarder"]
    assert all(map(registry.belongs_to_system, belonging))
    assert not registry.belongs_to_system("agent")


def test_markets__refused__in_the_contracts_order(world):
    """STAKE-9: owner only, known or not; what is retired stays so."""
    registry = world.registry
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        registry.add_market(ZERO_ADDRESS, sender="outsider")
    for invalid in (ZERO_ADDRESS, "registry", "usdc", "identity", "forwarder"):
        with world.refused("InvalidMarket", invalid):
            registry.add_market(invalid, sender="owner")
    with world.refused("MarketAlreadyAdded", "escrow"):
        registry.add_market("escrow", sender="owner")
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        registry.retire_market("nobody", sender="outsider")
    with world.refused("MarketUnknown", "nobody"):
        registry.retire_market("nobody", sender="owner")
    registry.retire_market("escrow", sender="owner")
    with world.refused("MarketIsRetired", "escrow"):
        registry.retire_market("escrow", sender="owner")
    with world.refused("MarketIsRetired", "escrow"):
        registry.add_market("escrow", sender="owner")
