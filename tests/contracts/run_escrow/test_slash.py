"""slash: the poster ends a run whose agent let the time pass.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a run that owes work: CLAIMED, IN_PROGRESS or REVISION_REQUESTED
├── when the caller is not the poster
│   └── it should revert
├── when the agent still has time
│   └── it should revert, up to the last second
└── when it is overdue, from that second on
    ├── it should set SLASHED and keep the rest
    ├── it should emit RunSlashed, and StakeSlashed in the registry
    ├── it should refund reward and fee, and compensate from the stake at most as much
    ├── it should leave the rest of the lock to the agent
    ├── it should end the lock only, add a strike and freeze
    ├── it should work while the contract is paused, and after the NFT was sold
    ├── given USDC bars the poster
    │   └── it should credit refund and compensation, each where it is owed
    └── given USDC stops all transfers
        └── it should credit everything
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import CLAIM_TIMEOUT, COST, MIN_STAKE

OWING_WORK = ("claimed", "started", "revision_requested")


@pytest.fixture
def overdue_run(runs, escrow, clock):
    """`overdue_run(state="claimed", **terms)`: the next transaction comes just in time to slash."""

    def overdue_run(state="claimed", **terms):
        run_id = getattr(runs, state)(**terms)
        clock.at(escrow.slashableAt(run_id))
        return run_id

    return overdue_run


@pytest.mark.parametrize("run_id", [0, 2])
def test_slash__unknown_run__reverts(escrow, poster, claimed_run, run_id):
    """RUN-26."""
    claimed_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.slash(run_id, sender=poster)


@pytest.mark.parametrize("state", OWING_WORK)
def test_slash__not_the_poster__reverts(escrow, poster, outsider, agent, owner, overdue_run, state):
    """RUN-15: the slash is the poster's to call."""
    run_id = overdue_run(state)
    for caller in (outsider, agent, owner):
        with reverting(escrow.NotPoster, runId=run_id, caller=caller, poster=poster):
            escrow.slash(run_id, sender=caller)


@pytest.mark.parametrize("state", ["claimed", "started"])
@pytest.mark.parametrize("ahead", [3 * DAY, CLAIM_TIMEOUT + 2 * DAY])
@pytest.mark.parametrize("early", [CLAIM_TIMEOUT - 60, 1])
def test_slash__agent_still_has_time__reverts(escrow, poster, clock, runs, state, ahead, early):
    """RUN-0, RUN-9: a week from the claim, or until the deadline where that is later."""
    run_id = getattr(runs, state)(deadline=clock.now() + ahead)
    run = escrow.getRun(run_id)
    overdue_at = max(run.claimedAt + CLAIM_TIMEOUT, run.deadline)
    clock.at(overdue_at - early)
    values = {"runId": run_id, "slashableAt": overdue_at, "timestamp": overdue_at - early}
    with reverting(escrow.NotOverdue, **values):
        escrow.slash(run_id, sender=poster)


@pytest.mark.parametrize("ahead", [3 * DAY, CLAIM_TIMEOUT + 2 * DAY])
def test_slash__revision_not_due_yet__reverts(escrow, poster, clock, runs, ahead):
    """RUN-0, RUN-12: a week from the request, however far the deadline is."""
    asked_at = clock.now() + 1_000
    run_id = runs.submitted(deadline=clock.now() + ahead)
    clock.at(asked_at)
    runs.request_revision(run_id)
    due_at = asked_at + CLAIM_TIMEOUT
    clock.at(due_at - 1)
    values = {"runId": run_id, "slashableAt": due_at, "timestamp": due_at - 1}
    with reverting(escrow.NotOverdue, **values):
        escrow.slash(run_id, sender=poster)


@pytest.mark.parametrize("state", OWING_WORK)
@pytest.mark.parametrize("ahead", [3 * DAY, CLAIM_TIMEOUT + 2 * DAY])
@pytest.mark.parametrize("late", [0, 1])
def test_slash__overdue__sets_slashed_and_keeps_the_rest(
    escrow, poster, clock, runs, get_run, state, ahead, late
):
    """RUN-0, RUN-9, RUN-12, RUN-23."""
    run_id = getattr(runs, state)(deadline=clock.now() + ahead)
    before = get_run(run_id)
    clock.at(before["dueAt"] + late)
    escrow.slash(run_id, sender=poster)
    assert get_run(run_id) == before | {"state": 9, "dueAt": 0}


@pytest.mark.parametrize("state", OWING_WORK)
def test_slash__overdue__emits_in_both_contracts(
    escrow, registry, poster, agent_id, overdue_run, state
):
    """STAKE-8: at rewards of 19.05 USDC and more the full stake."""
    run_id = overdue_run(state)
    tx = escrow.slash(run_id, sender=poster)
    assert emitted(tx, escrow) == [("RunSlashed", run_id, agent_id, COST, MIN_STAKE)]
    assert emitted(tx, registry) == [
        ("StakeSlashed", agent_id, escrow.address, poster.address, MIN_STAKE, MIN_STAKE, True, 1)
    ]


@pytest.mark.parametrize(
    ("reward", "refund", "compensation"),
    [
        (1, 2, 2),
        (1_000_000, 1_050_000, 1_050_000),
        (19_047_618, 19_999_999, 19_999_999),
        (19_047_619, 20_000_000, 20_000_000),
        (19_047_620, 20_000_001, 20_000_000),
        (20_000_000, 21_000_000, 20_000_000),
        (2**48 - 1, 295_548_725_546_188, 20_000_000),
    ],
)
def test_slash__overdue__compensates_at_most_reward_and_fee(
    escrow, registry, poster, agent_id, overdue_run, books, reward, refund, compensation
):
    """STAKE-8, threat "a 1 USDC bait run earns 20 USDC": the rest stays the agent's."""
    run_id = overdue_run(reward=reward)
    with books.moves({poster: refund + compensation}, owed=-refund, staked=-compensation):
        tx = escrow.slash(run_id, sender=poster)
    assert emitted(tx, escrow) == [("RunSlashed", run_id, agent_id, refund, compensation)]
    assert registry.availableStake(agent_id) == MIN_STAKE - compensation
    assert registry.getAgent(agent_id).locked == 0


def test_slash__overdue__takes_the_lock_adds_a_strike_and_freezes(
    registry, agent, agent_id, slashed_run
):
    """STAKE-6: what is not locked for this run stays."""
    registry.stake(agent_id, 5_000_000, sender=agent)
    slashed_run()
    record = dict(registry.getAgent(agent_id).items())
    assert record == {
        "staked": 5_000_000,
        "locked": 0,
        "stakedAt": 0,
        "claims": 1,
        "completions": 0,
        "rejections": 0,
        "strikes": 1,
        "frozen": True,
    }
    assert registry.statusOf(agent_id) == 3


def test_slash__one_of_two_runs__leaves_the_lock_of_the_other(
    escrow, registry, poster, agent, agent_id, runs, clock, books
):
    """STAKE-4, threat "two slashes draw the same dollar"."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    first, second = runs.claimed(), runs.claimed()
    clock.at(escrow.slashableAt(second))
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(first, sender=poster)
    assert registry.getAgent(agent_id).locked == MIN_STAKE
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(second, sender=poster)
    record = registry.getAgent(agent_id)
    assert (record.staked, record.locked, record.strikes) == (0, 0, 2)


def test_slash__frozen_agent__may_still_finish_its_other_run(
    escrow, registry, poster, agent, agent_id, runs, clock, books
):
    """STAKE-6: freezing stops new claims, not open ones."""
    registry.stake(agent_id, MIN_STAKE, sender=agent)
    other = runs.claimed(deadline=clock.now() + 30 * DAY)
    runs.slashed()
    escrow.submitWork(other, "ipfs://work", sender=agent)
    with books.moves({agent: 100_000_000}, owed=-100_000_000, fees=5_000_000):
        escrow.approve(other, sender=poster)


def test_slash__twice__reverts(escrow, poster, slashed_run):
    """Threat "double slash for one run": the slash consumes the claim."""
    run_id = slashed_run()
    allowed = 0b1001100
    with reverting(escrow.UnexpectedRunState, runId=run_id, current=9, allowedBitmap=allowed):
        escrow.slash(run_id, sender=poster)


def test_slash__stake_cannot_leave_before__takes_it_in_full(
    escrow, registry, poster, agent, agent_id, overdue_run, books
):
    """STAKE-2, threat "withdraw before the slash": what backs open work is locked."""
    run_id = overdue_run()
    with reverting(registry.InsufficientStake, agentId=agent_id, available=0, required=1):
        registry.unstake(agent_id, 1, agent, sender=agent)
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_slash__nft_sold_mid_run__slashes_what_was_bought(
    escrow, registry, poster, agent_id, buyer, sell_agent, overdue_run, books
):
    """STAKE-10: strikes, locks and open claims go along with the NFT."""
    run_id = overdue_run()
    sell_agent(buyer)
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)
    assert registry.getAgent(agent_id).strikes == 1


def test_slash__paused__may(escrow, poster, owner, clock, claimed_run, books):
    """RUN-18."""
    run_id = claimed_run()
    escrow.pause(sender=owner)
    clock.at(escrow.slashableAt(run_id))
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_slash__retired_market__may(escrow, registry, poster, owner, clock, claimed_run, books):
    """STAKE-9."""
    run_id = claimed_run()
    registry.retireMarket(escrow, sender=owner)
    clock.at(escrow.slashableAt(run_id))
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_slash__poster_blacklisted__credits_refund_and_compensation(
    escrow, registry, poster, relayer, claimed_run, clock, blacklist, books
):
    """RUN-16, STAKE-8: each contract credits what it owes."""
    run_id = claimed_run(reward=1_000_000)
    blacklist(poster)
    clock.at(escrow.slashableAt(run_id))
    with books.moves():
        tx = escrow.slash(run_id, sender=poster)
    assert emitted(tx, escrow)[1:] == [("Credited", poster.address, 1_050_000)]
    assert emitted(tx, registry)[1:] == [("Credited", poster.address, 1_050_000)]
    with books.moves({relayer: 2_100_000}, owed=-1_050_000, staked=-1_050_000):
        escrow.withdrawCredit(relayer, sender=poster)
        registry.withdrawCredit(relayer, sender=poster)


def test_slash__usdc_paused__credits_everything(
    escrow, registry, poster, claimed_run, clock, pause_usdc, books
):
    """RUN-16, threat "USDC is paused"."""
    run_id = claimed_run(reward=1_000_000)
    pause_usdc()
    clock.at(escrow.slashableAt(run_id))
    with books.moves():
        escrow.slash(run_id, sender=poster)
    assert escrow.creditOf(poster) == 1_050_000
    assert registry.creditOf(poster) == 1_050_000


def test_slash__claimed_again_after_abandon__counts_from_the_second_claim(
    escrow, agent, poster, clock, runs
):
    """RUN-9, RUN-17: the first claim's time is gone with it."""
    run_id = runs.claimed()
    escrow.abandonRun(run_id, sender=agent)
    clock.at(clock.now() + 2 * DAY)
    runs.claim(run_id)
    overdue_at = escrow.getRun(run_id).claimedAt + CLAIM_TIMEOUT
    clock.at(overdue_at - 1)
    values = {"runId": run_id, "slashableAt": overdue_at, "timestamp": overdue_at - 1}
    with reverting(escrow.NotOverdue, **values):
        escrow.slash(run_id, sender=poster)
