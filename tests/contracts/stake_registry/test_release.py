"""release(agentId, amount, outcome).

when the caller is no market
    it should revert with NotMarket
when the amount is zero
    it should revert with ZeroAmount
when the outcome is above 2
    it should revert with OutcomeOutOfRange
when the market has locked less
    it should revert with LockExceeded (nothing; one less; amounts beyond 48 bits)
when another market has locked it
    it should revert with LockExceeded
otherwise
    it should free the amount, emit StakeReleased, and move no money
    when the outcome is 0
        it should count nothing
    when it is 1
        it should count a completion
    when it is 2
        it should count a rejection
    it should free a part and keep the rest
given two markets hold locks
    it should free the caller's own
given the agent is frozen or banned, or the identity registry does not answer
    it should free all the same
given a counter is at its maximum
    it should free, and leave the counter
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import COMPLETIONS_MAX, MIN_STAKE, REJECTIONS_MAX
from localnet.host import Web3Host
from tests.contracts.outcome import emitted, reverting

NONE, COMPLETED, REJECTED = 0, 1, 2


@pytest.mark.parametrize("who", ["outsider", "agent", "owner", "treasury"])
def test_release__no_market__reverts(request, registry, locked, who):
    """STAKE-3, STAKE-9."""
    working, caller = locked(), request.getfixturevalue(who)

    with reverting(registry.NotMarket, caller=caller):
        registry.release(working, MIN_STAKE, NONE, sender=caller)


def test_release__zero__reverts(registry, locked, market):
    """RUN-26."""
    with reverting(registry.ZeroAmount):
        registry.release(locked(), 0, NONE, sender=market)


@pytest.mark.parametrize("outcome", [3, 255])
def test_release__unknown_outcome__reverts(registry, locked, market, outcome):
    """STAKE-3."""
    with reverting(registry.OutcomeOutOfRange, outcome=outcome, highest=REJECTED):
        registry.release(locked(), MIN_STAKE, outcome, sender=market)


def test_release__nothing_locked__reverts(registry, agent_id, market):
    """STAKE-3."""
    with reverting(
        registry.LockExceeded, agentId=agent_id, market=market, amount=MIN_STAKE, locked=0
    ):
        registry.release(agent_id, MIN_STAKE, NONE, sender=market)


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize("amount", [MIN_STAKE + 1, MIN_STAKE + 2**48, 2**256 - 1])
def test_release__more_than_locked__reverts(request, registry, locked, which, amount):
    """STAKE-3."""
    caller = request.getfixturevalue(which)
    working = locked(by=caller)

    with reverting(
        registry.LockExceeded, agentId=working, market=caller, amount=amount, locked=MIN_STAKE
    ):
        registry.release(working, amount, NONE, sender=caller)


@pytest.mark.parametrize(
    ("holder", "thief"), [("market", "second_market"), ("second_market", "market")]
)
def test_release__what_another_market_locked__reverts(request, registry, locked, holder, thief):
    """STAKE-3 (threat: a market that frees or takes what others locked)."""
    working, caller = locked(by=request.getfixturevalue(holder)), request.getfixturevalue(thief)

    with reverting(
        registry.LockExceeded, agentId=working, market=caller, amount=MIN_STAKE, locked=0
    ):
        registry.release(working, MIN_STAKE, NONE, sender=caller)


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize(
    ("outcome", "completions", "rejections"),
    [(NONE, 0, 0), (COMPLETED, 1, 0), (REJECTED, 0, 1)],
)
def test_release__outcome__frees_and_counts(
    request, registry, locked, ledger, which, outcome, completions, rejections
):
    """STAKE-3, RUN-20, RUN-22: claims never decrease."""
    caller = request.getfixturevalue(which)
    working = locked(by=caller)
    since = registry.getAgent(working).stakedAt

    with ledger.moves():
        tx = registry.release(working, MIN_STAKE, outcome, sender=caller)

    assert emitted(tx, registry) == [("StakeReleased", working, caller, MIN_STAKE, outcome)]
    assert tuple(registry.getAgent(working)) == (
        MIN_STAKE,
        0,
        since,
        1,
        completions,
        rejections,
        0,
        False,
    )
    assert registry.availableStake(working) == registry.totalOwed() == MIN_STAKE


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_release__a_part__keeps_the_rest_locked(request, registry, locked, which):
    """STAKE-3."""
    caller = request.getfixturevalue(which)
    working = locked(by=caller)

    registry.release(working, 7, NONE, sender=caller)

    assert registry.getAgent(working).locked == MIN_STAKE - 7
    with reverting(
        registry.LockExceeded,
        agentId=working,
        market=caller,
        amount=MIN_STAKE,
        locked=MIN_STAKE - 7,
    ):
        registry.release(working, MIN_STAKE, NONE, sender=caller)


def test_release__two_markets_hold_locks__frees_the_callers_own(
    registry, locked, market, second_market
):
    """STAKE-3."""
    working = locked(staked=3 * MIN_STAKE, by=market)
    locked(2 * MIN_STAKE, staked=0, by=second_market)

    registry.release(working, MIN_STAKE, COMPLETED, sender=market)

    assert registry.getAgent(working).locked == 2 * MIN_STAKE
    registry.release(working, 2 * MIN_STAKE, COMPLETED, sender=second_market)
    assert registry.getAgent(working).locked == 0
    assert registry.getAgent(working).completions == 2


@pytest.mark.parametrize("times", [1, 3])
def test_release__frozen_or_banned__frees(registry, locked, market, slashed, times):
    """STAKE-6: other claims of a slashed agent end as ever."""
    working = locked(staked=(1 + times) * MIN_STAKE)
    for _ in range(times):
        locked(staked=0)
    for _ in range(times):
        registry.slash(working, MIN_STAKE, MIN_STAKE, market, True, sender=market)

    registry.release(working, MIN_STAKE, COMPLETED, sender=market)

    after = registry.getAgent(working)
    assert (after.staked, after.locked, after.completions) == (MIN_STAKE, 0, 1)
    assert (after.strikes, after.frozen) == (times, True)


def test_release__identity_registry_fails__frees(registry, locked, market, w3):
    """STAKE-10, RUN-7: no way out depends on a contract of others."""
    working = locked()
    Web3Host(w3).set_code(registry.identities(), b"")

    registry.release(working, MIN_STAKE, NONE, sender=market)

    assert registry.getAgent(working).locked == 0


@pytest.mark.parametrize(
    ("outcome", "counter", "most"),
    [(COMPLETED, "completions", COMPLETIONS_MAX), (REJECTED, "rejections", REJECTIONS_MAX)],
)
def test_release__counter_at_its_maximum__frees(
    registry, locked, market, write_record, outcome, counter, most
):
    """RUN-22: a counter that is full blocks no payment (threat: unsafe narrowing)."""
    working = locked()
    write_record(working, **{counter: most - 1})

    registry.release(working, 1, outcome, sender=market)
    assert getattr(registry.getAgent(working), counter) == most
    before = registry.getAgent(working)
    registry.release(working, 1, outcome, sender=market)

    after = registry.getAgent(working)
    assert getattr(after, counter) == most
    assert after.locked == before.locked - 1
    assert (after.staked, after.claims, after.strikes) == (MIN_STAKE, 1, 0)
