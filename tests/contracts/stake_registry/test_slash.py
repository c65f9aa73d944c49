"""slash(agentId, amount, penalty, beneficiary, strike).

when the caller is no market
    it should revert with NotMarket
when the amount or the penalty is zero
    it should revert with ZeroAmount
when the penalty is more than the amount
    it should revert with PenaltyTooLarge
when the market has locked less
    it should revert with LockExceeded (nothing; one less; another market locked it; slashed before)
when the beneficiary is zero or the registry
    it should revert with InvalidRecipient
otherwise
    it should end the lock, pay the penalty to the injured, and give the rest back to the agent
    it should add a strike, freeze and emit StakeSlashed
    it should pay a beneficiary that is a market
    when it is no strike
        it should neither count nor freeze
given the minimum is left
    it should keep the clock
given less is left
    it should clear the clock
given five claims of one agent with 100 USDC
    it should take each claim's own lock, and ban with the third
    it should leave what is left, and what penalties left of the locks, to the owner
given a second market
    it should take that market's lock only
given the NFT was sold
    it should slash all the same
given the strikes are at their maximum
    it should slash, and leave the count
given the identity registry does not answer
    it should slash

What happens where USDC refuses to pay: test_slash_refused_payouts.py.
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MIN_STAKE, STRIKES_MAX, ZERO_ADDRESS
from localnet.host import Web3Host
from tests.contracts.outcome import emitted, reverting

PART = 1_050_000
REST = MIN_STAKE - PART


@pytest.mark.parametrize("who", ["outsider", "agent", "owner", "treasury"])
def test_slash__no_market__reverts(request, registry, locked, who):
    """STAKE-3, STAKE-9 (threat: any contract able to slash everyone)."""
    working, caller = locked(), request.getfixturevalue(who)

    with reverting(registry.NotMarket, caller=caller):
        registry.slash(working, MIN_STAKE, MIN_STAKE, caller, True, sender=caller)


@pytest.mark.parametrize(("amount", "penalty"), [(0, 0), (0, 1), (MIN_STAKE, 0)])
@pytest.mark.parametrize("strike", [True, False])
def test_slash__zero__reverts(registry, locked, market, poster, amount, penalty, strike):
    """RUN-26, STAKE-11: a slash that injured nobody is a release."""
    with reverting(registry.ZeroAmount):
        registry.slash(locked(), amount, penalty, poster, strike, sender=market)


@pytest.mark.parametrize(("amount", "penalty"), [(MIN_STAKE, MIN_STAKE + 1), (1, 2**256 - 1)])
def test_slash__penalty_above_the_amount__reverts(
    registry, locked, market, poster, amount, penalty
):
    """STAKE-3, STAKE-8."""
    with reverting(registry.PenaltyTooLarge, penalty=penalty, amount=amount):
        registry.slash(locked(), amount, penalty, poster, True, sender=market)


def test_slash__nothing_locked__reverts(registry, agent_id, market, poster):
    """STAKE-3: stake that backs no work is out of a market's reach."""
    with reverting(
        registry.LockExceeded, agentId=agent_id, market=market, amount=MIN_STAKE, locked=0
    ):
        registry.slash(agent_id, MIN_STAKE, 1, poster, True, sender=market)


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize("amount", [MIN_STAKE + 1, MIN_STAKE + 2**48, 2**256 - 1])
def test_slash__more_than_locked__reverts(request, registry, locked, poster, which, amount):
    """STAKE-3."""
    caller = request.getfixturevalue(which)
    working = locked(staked=5 * MIN_STAKE, by=caller)

    with reverting(
        registry.LockExceeded, agentId=working, market=caller, amount=amount, locked=MIN_STAKE
    ):
        registry.slash(working, amount, 1, poster, True, sender=caller)


@pytest.mark.parametrize(
    ("holder", "thief"), [("market", "second_market"), ("second_market", "market")]
)
def test_slash__what_another_market_locked__reverts(
    request, registry, locked, poster, holder, thief
):
    """STAKE-3."""
    working, caller = locked(by=request.getfixturevalue(holder)), request.getfixturevalue(thief)

    with reverting(
        registry.LockExceeded, agentId=working, market=caller, amount=MIN_STAKE, locked=0
    ):
        registry.slash(working, MIN_STAKE, 1, poster, True, sender=caller)


def test_slash__same_lock_twice__reverts(registry, slashed, market, poster):
    """STAKE-6: a slash consumes its lock (threat: double slash)."""
    frozen = slashed()

    with reverting(
        registry.LockExceeded, agentId=frozen, market=market, amount=MIN_STAKE, locked=0
    ):
        registry.slash(frozen, MIN_STAKE, 1, poster, True, sender=market)


@pytest.mark.parametrize("whom", ["zero", "registry"])
def test_slash__beneficiary_that_could_never_be_paid__reverts(
    request, registry, locked, market, whom
):
    """RUN-26."""
    to = ZERO_ADDRESS if whom == "zero" else request.getfixturevalue(whom).address

    with reverting(registry.InvalidRecipient, to=to):
        registry.slash(locked(), MIN_STAKE, MIN_STAKE, to, True, sender=market)


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize("penalty", [MIN_STAKE, MIN_STAKE - 1, PART, 1])
def test_slash__penalty__is_the_injureds_and_the_rest_the_agents(
    request, registry, locked, poster, ledger, which, penalty
):
    """STAKE-6, STAKE-8, RUN-20: nobody but the injured earns from it."""
    caller = request.getfixturevalue(which)
    working = locked(by=caller)

    with ledger.moves({registry: -penalty, poster: penalty}):
        tx = registry.slash(working, MIN_STAKE, penalty, poster, True, sender=caller)

    assert emitted(tx, registry) == [
        ("StakeSlashed", working, caller, poster, MIN_STAKE, penalty, True, 1)
    ]
    left = MIN_STAKE - penalty
    assert tuple(registry.getAgent(working)) == (left, 0, 0, 1, 0, 0, 1, True)
    assert registry.statusOf(working) == AgentStatus.FROZEN
    assert registry.availableStake(working) == registry.totalOwed() == left


@pytest.mark.parametrize("penalty", [MIN_STAKE, 1])
def test_slash__no_strike__neither_counts_nor_freezes(
    registry, locked, market, poster, ledger, penalty
):
    """STAKE-11."""
    working = locked(staked=2 * MIN_STAKE)
    since = registry.getAgent(working).stakedAt

    with ledger.moves({registry: -penalty, poster: penalty}):
        tx = registry.slash(working, MIN_STAKE, penalty, poster, False, sender=market)

    assert emitted(tx, registry) == [
        ("StakeSlashed", working, market, poster, MIN_STAKE, penalty, False, 0)
    ]
    left = 2 * MIN_STAKE - penalty
    assert tuple(registry.getAgent(working)) == (left, 0, since, 1, 0, 0, 0, False)
    assert registry.statusOf(working) == AgentStatus.PROVISIONAL


def test_slash__no_strike_while_frozen__tells_the_strikes_there_are(
    registry, locked, market, poster
):
    """STAKE-11: it does not thaw either."""
    working = locked(staked=2 * MIN_STAKE)
    locked(staked=0)
    registry.slash(working, MIN_STAKE, 1, poster, True, sender=market)

    tx = registry.slash(working, MIN_STAKE, 1, poster, False, sender=market)

    assert emitted(tx, registry)[0][-2:] == (False, 1)
    assert registry.getAgent(working).frozen


def test_slash__no_strike_that_leaves_less_than_the_minimum__unverifies(
    registry, locked, market, poster
):
    """STAKE-5, STAKE-7, STAKE-11."""
    working = locked()

    registry.slash(working, MIN_STAKE, 1, poster, False, sender=market)

    assert registry.getAgent(working).stakedAt == 0
    assert registry.statusOf(working) == AgentStatus.UNVERIFIED


def test_slash__rest_of_the_lock__can_be_taken_out_at_once(
    registry, agent, locked, market, poster, ledger
):
    """STAKE-2, STAKE-8: a frozen agent's money is its owner's."""
    working = locked()
    registry.slash(working, MIN_STAKE, PART, poster, True, sender=market)

    with ledger.moves({registry: -REST, agent: REST}):
        registry.unstake(working, REST, agent, sender=agent)

    assert registry.totalOwed() == 0


@pytest.mark.parametrize("whom", ["market", "second_market", "treasury", "owner"])
def test_slash__other_beneficiaries__are_paid(request, registry, locked, market, usdc, whom):
    """RUN-26, STAKE-8: a market may have the money of those whom it passes it on to."""
    to = request.getfixturevalue(whom)
    before = usdc.balanceOf(to)

    registry.slash(locked(), MIN_STAKE, PART, to, True, sender=market)

    assert usdc.balanceOf(to) == before + PART


def test_slash__a_part_of_the_lock__leaves_the_rest_locked(
    registry, locked, market, poster, ledger
):
    """STAKE-3, STAKE-6: what is not slashed stays locked, what is no penalty becomes available."""
    working = locked()

    with ledger.moves({registry: -1, poster: 1}):
        registry.slash(working, PART, 1, poster, True, sender=market)

    after = registry.getAgent(working)
    assert (after.staked, after.locked, after.strikes) == (MIN_STAKE - 1, REST, 1)
    assert registry.availableStake(working) == PART - 1
    assert registry.totalOwed() == MIN_STAKE - 1


def test_slash__minimum_left__keeps_the_clock(registry, locked, market, poster):
    """STAKE-7: the freeze is what counts; a re-stake restarts the clock."""
    working = locked(staked=2 * MIN_STAKE)
    since = registry.getAgent(working).stakedAt

    registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)

    assert registry.getAgent(working).stakedAt == since
    assert registry.statusOf(working) == AgentStatus.FROZEN


def test_slash__one_less_than_the_minimum_left__clears_the_clock(registry, locked, market, poster):
    """STAKE-7."""
    working = locked(staked=2 * MIN_STAKE - 1)

    registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)

    assert registry.getAgent(working).stakedAt == 0


def test_slash__five_claims_of_100_usdc__takes_each_lock_and_bans_with_the_third(
    registry, locked, market, poster, ledger
):
    """STAKE-4, STAKE-5, STAKE-6."""
    working = locked(staked=5 * MIN_STAKE)
    for _ in range(4):
        locked(staked=0)
    frozen, banned = AgentStatus.FROZEN, AgentStatus.BANNED

    for strikes, status in enumerate([frozen, frozen, banned, banned, banned], start=1):
        with ledger.moves({registry: -MIN_STAKE, poster: MIN_STAKE}):
            tx = registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)
        assert emitted(tx, registry)[0][-1] == strikes
        assert registry.statusOf(working) == status

    assert tuple(registry.getAgent(working)) == (0, 0, 0, 5, 0, 0, 5, True)


def test_slash__third_strike_with_stake_and_a_claim_left__leaves_both_to_the_agent(
    registry, agent, locked, market, poster, ledger
):
    """STAKE-6: a ban takes nothing but the locks of the slashed claims."""
    working = locked(staked=5 * MIN_STAKE)
    for _ in range(3):
        locked(staked=0)
    for _ in range(3):
        registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)
    assert registry.statusOf(working) == AgentStatus.BANNED

    registry.release(working, MIN_STAKE, 1, sender=market)
    with ledger.moves({registry: -2 * MIN_STAKE, agent: 2 * MIN_STAKE}):
        registry.unstake(working, 2 * MIN_STAKE, agent, sender=agent)

    assert registry.totalOwed() == 0


def test_slash__two_markets_hold_locks__takes_the_callers_own(
    registry, locked, market, second_market, poster, ledger
):
    """STAKE-3."""
    working = locked(staked=2 * MIN_STAKE, by=market)
    locked(staked=0, by=second_market)

    with ledger.moves({registry: -MIN_STAKE, poster: MIN_STAKE}):
        registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=second_market)

    assert registry.getAgent(working).locked == MIN_STAKE
    with reverting(
        registry.LockExceeded, agentId=working, market=second_market, amount=1, locked=0
    ):
        registry.release(working, 1, 0, sender=second_market)
    registry.release(working, MIN_STAKE, 0, sender=market)


def test_slash__nft_sold_in_the_meantime__takes_the_lock(
    registry, identity, agent, buyer, locked, market, poster, ledger
):
    """STAKE-10 (threat: identity sold to dodge the slash)."""
    working = locked()
    identity.transferFrom(agent, buyer, working, sender=agent)

    with ledger.moves({registry: -MIN_STAKE, poster: MIN_STAKE}):
        registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)

    assert registry.getAgent(working).strikes == 1


def test_slash__strikes_at_their_maximum__takes_the_lock(
    registry, locked, market, poster, write_record, ledger
):
    """RUN-22: a counter that is full blocks no refund (threat: unsafe narrowing)."""
    working = locked()
    write_record(working, strikes=STRIKES_MAX)

    with ledger.moves({registry: -MIN_STAKE, poster: MIN_STAKE}):
        tx = registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)

    assert emitted(tx, registry)[0][-1] == STRIKES_MAX
    assert tuple(registry.getAgent(working)) == (0, 0, 0, 1, 0, 0, STRIKES_MAX, True)


def test_slash__identity_registry_fails__takes_the_lock(
    registry, locked, market, poster, w3, ledger
):
    """STAKE-10: no way out depends on a contract of others."""
    working = locked()
    Web3Host(w3).set_code(registry.identities(), b"")

    with ledger.moves({registry: -MIN_STAKE, poster: MIN_STAKE}):
        registry.slash(working, MIN_STAKE, MIN_STAKE, poster, True, sender=market)
