"""claimEligibility: why an agent may not claim a run, one bit a reason.

given no such run
└── it should revert
given a run
├── when nothing is in the way
│   └── it should answer 0
├── when one reason holds
│   └── it should set exactly its bit (0 to 10)
├── when several hold
│   └── it should set all of them
├── when the agent is unknown or the identity registry does not answer
│   └── it should set bits 0, 1, 2 and 10 at most
└── when claimRun is tried for real
    └── it should revert exactly where a bit is set
"""

from __future__ import annotations

import pytest
from ape.exceptions import ContractLogicError

from tests.contracts.clock import DAY
from tests.contracts.outcome import reverting
from tests.contracts.runs import IPFS, MIN_STAKE

RUN_NOT_OPEN, DEADLINE_PASSED, AGENT_UNKNOWN, AGENT_UNVERIFIED = 1 << 0, 1 << 1, 1 << 2, 1 << 3
AGENT_FROZEN, AGENT_BANNED, STATUS_TOO_LOW = 1 << 4, 1 << 5, 1 << 6
INSUFFICIENT_STAKE, SELF_CLAIM, MARKET_NOT_ALLOWED, PAUSED = 1 << 7, 1 << 8, 1 << 9, 1 << 10
NOBODY = 2**32 - 1


@pytest.fixture
def answers(escrow, agent, agent_id):
    """`answers(run_id, bits)`: the view says so, and claimRun agrees (RUN-5)."""

    def answers(run_id, bits, agent_id=agent_id, sender=agent):
        assert escrow.claimEligibility(run_id, agent_id) == bits
        if bits == 0:
            escrow.claimRun(run_id, agent_id, sender=sender)
            return
        with pytest.raises(ContractLogicError):
            escrow.claimRun(run_id, agent_id, sender=sender)

    return answers


@pytest.mark.parametrize("run_id", [0, 2, 2**256 - 1])
def test_claim_eligibility__unknown_run__reverts(escrow, outsider, agent_id, open_run, run_id):
    """RUN-5, RUN-26. Ape decodes the error of a view only when it is sent as a transaction."""
    open_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.claimEligibility.transact(run_id, agent_id, sender=outsider)


def test_claim_eligibility__nothing_in_the_way__is_zero(answers, open_run):
    """RUN-5."""
    answers(open_run(), 0)


def test_claim_eligibility__whoever_asks__is_the_same(escrow, agent_id, outsider, open_run):
    """RUN-5: the same checks, except the caller's."""
    assert escrow.claimEligibility(open_run(), agent_id, sender=outsider) == 0


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "rejected", "cancelled"])
def test_claim_eligibility__run_not_open__sets_bit_0(
    answers, registry, agent, agent_id, runs, state
):
    """RUN-5: in every state but OPEN."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    answers(getattr(runs, state)(), RUN_NOT_OPEN)


def test_claim_eligibility__deadline__sets_bit_1_from_that_second_on(
    escrow, agent_id, answers, clock, open_run
):
    """RUN-0, RUN-5."""
    run_id = open_run()
    deadline = escrow.getRun(run_id).deadline
    clock.mine(at=deadline - 1)
    assert escrow.claimEligibility(run_id, agent_id) == 0
    clock.mine(at=deadline)
    assert escrow.claimEligibility(run_id, agent_id) == DEADLINE_PASSED
    clock.mine(at=deadline + 1)
    answers(run_id, DEADLINE_PASSED)


@pytest.mark.parametrize("unknown", [NOBODY, 2**32, 2**32 + 1, 2**256 - 1])
def test_claim_eligibility__unknown_agent__sets_bit_2(answers, open_run, unknown):
    """RUN-5: also beyond 32 bits, where the id cut short would be a known one."""
    answers(open_run(), AGENT_UNKNOWN, agent_id=unknown)


def test_claim_eligibility__identity_registry_silent__sets_bit_2(
    answers, open_run, silence_identity
):
    """RUN-5: the view does not revert with the registry."""
    run_id = open_run()
    silence_identity()
    answers(run_id, AGENT_UNKNOWN)


def test_claim_eligibility__identity_registry_without_code__sets_bit_2(
    answers, rpc, identity, open_run
):
    """RUN-5: an empty answer is none."""
    run_id = open_run()
    rpc.ask("anvil_setCode", identity.address, "0x")
    answers(run_id, AGENT_UNKNOWN)


def test_claim_eligibility__unknown_agent__sets_bits_of_the_run_besides(
    escrow, answers, owner, clock, cancelled_run
):
    """RUN-5: for an unknown agent only bits 0, 1, 2 and 10."""
    run_id = cancelled_run()
    clock.mine(at=escrow.getRun(run_id).deadline)
    escrow.pause(sender=owner)
    answers(run_id, RUN_NOT_OPEN | DEADLINE_PASSED | AGENT_UNKNOWN | PAUSED, agent_id=NOBODY)


@pytest.mark.parametrize("stake", [0, MIN_STAKE - 1])
def test_claim_eligibility__unverified__sets_bits_3_and_7(
    answers, enlist, outsider, open_run, stake
):
    """RUN-5, STAKE-5: what is below the minimum is not available either."""
    unverified = enlist(outsider, stake=stake)
    bits = AGENT_UNVERIFIED | INSUFFICIENT_STAKE
    answers(open_run(), bits, agent_id=unverified, sender=outsider)


def test_claim_eligibility__unverified_where_established_is_asked__leaves_bit_6(
    answers, enlist, outsider, open_run
):
    """RUN-5: STATUS_TOO_LOW means a PROVISIONAL agent where ESTABLISHED is asked."""
    unverified = enlist(outsider, stake=0)
    bits = AGENT_UNVERIFIED | INSUFFICIENT_STAKE
    answers(open_run(min_status=2), bits, agent_id=unverified, sender=outsider)


@pytest.mark.parametrize("min_status", [1, 2])
def test_claim_eligibility__frozen__sets_bit_4(
    answers, registry, agent, agent_id, slashed_run, open_run, min_status
):
    """RUN-5, STAKE-6: at most one of bits 3, 4 and 5; and not bit 6."""
    slashed_run()
    for _ in range(2):
        registry.stake(agent_id, MIN_STAKE - 1, sender=agent)
    answers(open_run(min_status=min_status), AGENT_FROZEN)


def test_claim_eligibility__frozen_without_stake__sets_bits_4_and_7(answers, slashed_run, open_run):
    """RUN-5: the status bits mirror statusOf, where FROZEN goes before UNVERIFIED."""
    slashed_run()
    answers(open_run(), AGENT_FROZEN | INSUFFICIENT_STAKE)


def test_claim_eligibility__banned__sets_bit_5(
    answers, registry, agent, agent_id, slashed_run, open_run
):
    """RUN-5, STAKE-5: BANNED goes before FROZEN."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    for _ in range(2):
        slashed_run()
        registry.stake(agent_id, MIN_STAKE, sender=agent)
    slashed_run()
    answers(open_run(min_status=2), AGENT_BANNED)


def test_claim_eligibility__provisional_where_established_is_asked__sets_bit_6(answers, open_run):
    """RUN-5."""
    answers(open_run(min_status=2), STATUS_TOO_LOW)


def test_claim_eligibility__established__is_zero_from_30_days_on(
    escrow, registry, agent_id, answers, approved_run, open_run, clock
):
    """RUN-0, RUN-5, STAKE-5."""
    for _ in range(5):
        approved_run()
    established_at = registry.getAgent(agent_id).stakedAt + 30 * DAY
    run_id = open_run(min_status=2, deadline=established_at + DAY)
    clock.mine(at=established_at - 1)
    assert escrow.claimEligibility(run_id, agent_id) == STATUS_TOO_LOW
    clock.mine(at=established_at)
    answers(run_id, 0)


@pytest.mark.parametrize("extra", [0, MIN_STAKE - 1])
def test_claim_eligibility__stake_locked__sets_bit_7(
    answers, registry, agent, agent_id, claimed_run, open_run, extra
):
    """RUN-5, STAKE-4: what counts is what is available."""
    if extra:
        registry.stake(agent_id, extra, sender=agent)
    claimed_run()
    answers(open_run(), INSUFFICIENT_STAKE)


def test_claim_eligibility__poster_owns_the_agent__sets_bit_8(
    answers, poster, sell_agent, open_run
):
    """RUN-5."""
    run_id = open_run()
    sell_agent(poster)
    answers(run_id, SELF_CLAIM, sender=poster)


def test_claim_eligibility__poster_is_the_wallet__sets_bit_8(answers, poster, set_wallet, open_run):
    """RUN-5."""
    run_id = open_run()
    set_wallet(poster)
    answers(run_id, SELF_CLAIM)


def test_claim_eligibility__poster_is_approved__sets_bit_8(
    answers, identity, agent, agent_id, poster, open_run
):
    """RUN-5."""
    run_id = open_run()
    identity.approve(poster, agent_id, sender=agent)
    answers(run_id, SELF_CLAIM)


def test_claim_eligibility__poster_operates_for_all__sets_bit_8(
    answers, identity, agent, poster, open_run
):
    """RUN-5."""
    run_id = open_run()
    identity.setApprovalForAll(poster, True, sender=agent)
    answers(run_id, SELF_CLAIM)


def test_claim_eligibility__retired_market__sets_bit_9(
    escrow, registry, owner, agent, agent_id, open_run
):
    """RUN-5, STAKE-9."""
    run_id = open_run()
    registry.retireMarket(escrow, sender=owner)

    assert escrow.claimEligibility(run_id, agent_id) == MARKET_NOT_ALLOWED
    with reverting(registry.MarketIsRetired, market=escrow):
        escrow.claimRun(run_id, agent_id, sender=agent)


@pytest.fixture
def later(project, registry, usdc, owner, poster, treasury, forwarder, terms):
    """A RunEscrow that the constructor did not know, with run 1 open."""
    later = owner.deploy(project.RunEscrow, usdc, registry, treasury, owner, forwarder)
    usdc.approve(later, 2**256 - 1, sender=poster)
    later.postRun(terms(), IPFS, sender=poster)
    return later


def test_claim_eligibility__no_market__sets_bit_9(later, registry, agent, agent_id):
    """RUN-5, STAKE-3."""
    assert later.claimEligibility(1, agent_id) == MARKET_NOT_ALLOWED
    with reverting(registry.NotMarket, caller=later):
        later.claimRun(1, agent_id, sender=agent)


@pytest.mark.parametrize("cap", [None, 0, MIN_STAKE - 1])
def test_claim_eligibility__added_market_with_too_little_allowed__sets_bit_9(
    later, registry, owner, agent, agent_id, cap
):
    """RUN-5, STAKE-9 (threat: a market forced on an agent)."""
    registry.addMarket(later, sender=owner)
    if cap is not None:
        registry.allowMarket(agent_id, later, cap, sender=agent)

    assert later.claimEligibility(1, agent_id) == MARKET_NOT_ALLOWED
    values = {"agentId": agent_id, "market": later, "required": MIN_STAKE}
    with reverting(registry.MarketNotAllowed, **values, allowance=cap or 0):
        later.claimRun(1, agent_id, sender=agent)


def test_claim_eligibility__added_market_with_a_claim_up_to_the_cap__sets_bit_9(
    later, registry, owner, poster, agent, agent_id, terms
):
    """RUN-5, STAKE-9: what counts is what it would hold with the next claim."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    registry.addMarket(later, sender=owner)
    registry.allowMarket(agent_id, later, 2 * MIN_STAKE - 1, sender=agent)
    later.postRun(terms(), IPFS, sender=poster)
    assert later.claimEligibility(2, agent_id) == 0

    later.claimRun(1, agent_id, sender=agent)

    assert later.claimEligibility(2, agent_id) == MARKET_NOT_ALLOWED


def test_claim_eligibility__added_market_sold_agent__sets_bit_9_until_the_buyer_allows_it(
    later, registry, owner, agent, agent_id, buyer, sell_agent
):
    """RUN-5, STAKE-9."""
    registry.addMarket(later, sender=owner)
    registry.allowMarket(agent_id, later, MIN_STAKE, sender=agent)
    assert later.claimEligibility(1, agent_id) == 0
    sell_agent(buyer)
    assert later.claimEligibility(1, agent_id) == MARKET_NOT_ALLOWED

    registry.allowMarket(agent_id, later, MIN_STAKE, sender=buyer)

    assert later.claimEligibility(1, agent_id) == 0
    later.claimRun(1, agent_id, sender=buyer)


def test_claim_eligibility__unknown_agent_and_retired_market__leaves_bit_9(
    escrow, registry, owner, answers, open_run
):
    """RUN-5: for an unknown agent only bits 0, 1, 2 and 10."""
    run_id = open_run()
    registry.retireMarket(escrow, sender=owner)
    answers(run_id, AGENT_UNKNOWN, agent_id=NOBODY)


def test_claim_eligibility__paused__leaves_bit_9(escrow, owner, answers, open_run):
    """RUN-5, RUN-18: a pause is a bit of its own."""
    run_id = open_run()
    escrow.pause(sender=owner)
    answers(run_id, PAUSED)


def test_claim_eligibility__paused__sets_bit_10(escrow, owner, answers, open_run):
    """RUN-5, RUN-18."""
    run_id = open_run()
    escrow.pause(sender=owner)
    answers(run_id, PAUSED)


def test_claim_eligibility__everything_at_once__sets_all_that_hold(
    escrow, registry, answers, owner, clock, poster, sell_agent, slashed_run
):
    """RUN-5: bits are independent."""
    run_id = slashed_run()
    registry.retireMarket(escrow, sender=owner)
    sell_agent(poster)
    clock.mine(at=escrow.getRun(run_id).deadline + 7 * DAY)
    escrow.pause(sender=owner)
    bits = RUN_NOT_OPEN | DEADLINE_PASSED | AGENT_FROZEN | INSUFFICIENT_STAKE | SELF_CLAIM
    answers(run_id, bits | MARKET_NOT_ALLOWED | PAUSED, sender=poster)


def test_claim_eligibility__the_claimant_itself__sees_its_own_claim(answers, claimed_run):
    """RUN-5: the run is taken and its stake locked."""
    answers(claimed_run(), RUN_NOT_OPEN | INSUFFICIENT_STAKE)
