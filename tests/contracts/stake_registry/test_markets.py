"""scheduleMarket(market), cancelMarket(market), isMarket(market), marketUsableAt(market).

scheduleMarket
    when the caller is not the owner
        it should revert with OwnableUnauthorizedAccount
    when the market is zero, or what can never be one
        it should revert with InvalidMarket
    when the market is scheduled or usable already
        it should revert with MarketAlreadyScheduled
    otherwise
        it should emit MarketScheduled, usable 14 days later
cancelMarket
    when the caller is not the owner
        it should revert with OwnableUnauthorizedAccount
    when the market was never scheduled, or was cancelled
        it should revert with MarketNotScheduled
    when it is usable, from the very second on, or was given to the constructor
        it should revert with MarketAlreadyUsable
    when it is not usable yet
        it should emit MarketCancelled, and the market never becomes usable
        it should leave the owner free to schedule it anew, 14 days more
given a market of the constructor's
    it should be usable at once
given a scheduled market
    it should lock, release and slash from the second on at which it is usable, not before
    it should reach only what is available then: agents may leave before, and locks stay others'
given the zero address
    it should never be a market
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY, MIN_STAKE, ZERO_ADDRESS
from tests.contracts.outcome import emitted, reverting

TWO_WEEKS = 14 * DAY


@pytest.fixture
def later(outsider):
    """An account in the part of a market that is announced later."""
    return outsider


@pytest.fixture
def usable_at(registry, owner, later):
    """Announces the later market; returns when it becomes usable."""
    return registry.scheduleMarket(later, sender=owner).timestamp + TWO_WEEKS


@pytest.mark.parametrize("who", ["outsider", "agent", "market", "treasury"])
def test_schedule_market__not_the_owner__reverts(request, registry, later, who):
    """STAKE-9."""
    caller = request.getfixturevalue(who)

    with reverting(registry.OwnableUnauthorizedAccount, account=caller):
        registry.scheduleMarket(later, sender=caller)


def test_schedule_market__zero__reverts(registry, owner):
    """RUN-26."""
    with reverting(registry.InvalidMarket, market=ZERO_ADDRESS):
        registry.scheduleMarket(ZERO_ADDRESS, sender=owner)


@pytest.mark.parametrize("what", ["forwarder", "registry", "usdc", "identity"])
def test_schedule_market__what_can_never_be_one__reverts(request, registry, owner, what):
    """STAKE-3, STAKE-9 (threat: the forwarder as a market, through which anybody could slash)."""
    market = request.getfixturevalue(what).address

    with reverting(registry.InvalidMarket, market=market):
        registry.scheduleMarket(market, sender=owner)


def test_schedule_market__scheduled__reverts(registry, owner, later, usable_at):
    """STAKE-9: its time is neither shortened nor prolonged."""
    with reverting(registry.MarketAlreadyScheduled, market=later, usableAt=usable_at):
        registry.scheduleMarket(later, sender=owner)


def test_schedule_market__usable__reverts(registry, owner, later, usable_at, clock):
    """STAKE-9: claims of a usable market must not be stuck for two weeks."""
    clock.at(usable_at + DAY)

    with reverting(registry.MarketAlreadyScheduled, market=later, usableAt=usable_at):
        registry.scheduleMarket(later, sender=owner)


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_schedule_market__of_the_constructor__reverts(request, registry, owner, which):
    """STAKE-9."""
    given = request.getfixturevalue(which)

    with reverting(
        registry.MarketAlreadyScheduled,
        market=given,
        usableAt=registry.marketUsableAt(given),
    ):
        registry.scheduleMarket(given, sender=owner)


def test_schedule_market__by_the_owner__is_usable_14_days_later(registry, owner, later):
    """STAKE-9."""
    tx = registry.scheduleMarket(later, sender=owner)

    assert emitted(tx, registry) == [("MarketScheduled", later, tx.timestamp + TWO_WEEKS)]
    assert registry.marketUsableAt(later) == tx.timestamp + TWO_WEEKS
    assert not registry.isMarket(later)


@pytest.mark.parametrize("who", ["outsider", "agent", "market", "treasury"])
def test_cancel_market__not_the_owner__reverts(request, registry, later, usable_at, who):
    """STAKE-9."""
    caller = request.getfixturevalue(who)

    with reverting(registry.OwnableUnauthorizedAccount, account=caller):
        registry.cancelMarket(later, sender=caller)


def test_cancel_market__never_scheduled__reverts(registry, owner, later):
    """STAKE-9."""
    with reverting(registry.MarketNotScheduled, market=later):
        registry.cancelMarket(later, sender=owner)


def test_cancel_market__cancelled__reverts(registry, owner, later, usable_at):
    """STAKE-9."""
    registry.cancelMarket(later, sender=owner)

    with reverting(registry.MarketNotScheduled, market=later):
        registry.cancelMarket(later, sender=owner)


@pytest.mark.parametrize("seconds", [0, 1])
def test_cancel_market__usable__reverts(registry, owner, later, usable_at, clock, seconds):
    """STAKE-9, RUN-0: never after, for its open claims would be stuck."""
    clock.at(usable_at + seconds)

    with reverting(registry.MarketAlreadyUsable, market=later, usableAt=usable_at):
        registry.cancelMarket(later, sender=owner)


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_cancel_market__of_the_constructor__reverts(request, registry, owner, which):
    """STAKE-9 (threat: the owner cuts agents off from their locked stake)."""
    given = request.getfixturevalue(which)

    with reverting(
        registry.MarketAlreadyUsable, market=given, usableAt=registry.marketUsableAt(given)
    ):
        registry.cancelMarket(given, sender=owner)


def test_cancel_market__one_second_before__takes_it_back_for_good(
    registry, owner, later, usable_at, agent_id, clock
):
    """STAKE-9, RUN-0."""
    clock.at(usable_at - 1)

    tx = registry.cancelMarket(later, sender=owner)

    assert emitted(tx, registry) == [("MarketCancelled", later)]
    assert registry.marketUsableAt(later) == 0
    clock.at(usable_at)
    with reverting(registry.NotMarket, caller=later):
        registry.lock(agent_id, MIN_STAKE, 1, sender=later)


def test_cancel_market__scheduled_anew__waits_14_days_again(
    registry, owner, later, usable_at, clock
):
    """STAKE-9."""
    clock.at(usable_at - 1)
    registry.cancelMarket(later, sender=owner)

    tx = registry.scheduleMarket(later, sender=owner)

    assert registry.marketUsableAt(later) == tx.timestamp + TWO_WEEKS


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_is_market__of_the_constructor__is_usable_at_once(request, registry, which):
    """STAKE-9."""
    given = request.getfixturevalue(which)

    assert registry.isMarket(given)


@pytest.mark.parametrize(("seconds", "usable"), [(-1, False), (0, True), (1, True)])
def test_is_market__around_its_time__changes_at_the_second(
    registry, later, usable_at, clock, seconds, usable
):
    """STAKE-9, RUN-0."""
    clock.mine(at=usable_at + seconds)

    assert registry.isMarket(later) == usable


@pytest.mark.parametrize("account", ["outsider", "owner", "treasury", "forwarder", "registry"])
def test_is_market__others__are_not(request, registry, account):
    """STAKE-3, STAKE-9."""
    asked = request.getfixturevalue(account)

    assert not registry.isMarket(asked)
    assert registry.marketUsableAt(asked) == 0


def test_is_market__zero__is_never_one(
    registry, project, owner, usdc, identity, treasury, forwarder
):
    """STAKE-3: also where the constructor was given no market."""
    without = owner.deploy(project.StakeRegistry, usdc, identity, treasury, owner, [], forwarder)

    assert not registry.isMarket(ZERO_ADDRESS)
    assert not without.isMarket(ZERO_ADDRESS)


def test_lock__scheduled_market_one_second_early__reverts(
    registry, later, usable_at, agent_id, clock
):
    """STAKE-3, STAKE-9, RUN-0."""
    clock.at(usable_at - 1)

    with reverting(registry.NotMarket, caller=later):
        registry.lock(agent_id, MIN_STAKE, 1, sender=later)


def test_lock__scheduled_market_on_time__locks_releases_and_slashes(
    registry, later, usable_at, agent_id, clock, poster, ledger
):
    """STAKE-3, STAKE-9."""
    clock.at(usable_at)
    registry.lock(agent_id, MIN_STAKE, 1, sender=later)
    registry.release(agent_id, MIN_STAKE - 1, 1, sender=later)

    with ledger.moves({registry: -1, poster: 1}):
        registry.slash(agent_id, 1, poster, 1, sender=later)

    assert registry.getAgent(agent_id).locked == 0


def test_lock__agent_left_in_time__finds_nothing(
    registry, agent, later, usable_at, agent_id, clock, ledger
):
    """STAKE-9 (threat: the owner announces a market of its own to take stakes)."""
    clock.at(usable_at - 1)
    with ledger.moves({registry: -MIN_STAKE, agent: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)
    clock.at(usable_at)

    with reverting(registry.StatusTooLow, agentId=agent_id, status=0, required=1):
        registry.lock(agent_id, MIN_STAKE, 1, sender=later)


def test_slash__scheduled_market__reaches_no_lock_of_the_others(
    registry, later, usable_at, locked, clock
):
    """STAKE-3, STAKE-9."""
    working = locked()
    clock.at(usable_at)

    with reverting(
        registry.LockExceeded, agentId=working, market=later, amount=MIN_STAKE, locked=0
    ):
        registry.slash(working, MIN_STAKE, later, MIN_STAKE, sender=later)
