"""finalize: the poster's silence has approved.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a SUBMITTED run
├── when the review window is open
│   └── it should revert, up to the last second, also for the poster
└── when it is over, from that second on
    ├── it should let anyone approve
    ├── it should set APPROVED and keep the rest
    ├── it should emit RunApproved, silent
    ├── it should pay as approve does, with a completion from 1 USDC on
    ├── it should work while the contract is paused
    ├── it should count from the latest submission
    └── given USDC bars the wallet
        └── it should credit the reward instead
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import FEE, MIN_STAKE, REWARD


@pytest.mark.parametrize("run_id", [0, 2])
def test_finalize__unknown_run__reverts(escrow, outsider, submitted_run, run_id):
    """RUN-26."""
    submitted_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.finalize(run_id, sender=outsider)


@pytest.mark.parametrize("review_days", [1, 7, 30])
@pytest.mark.parametrize("early", [DAY - 60, 1])
def test_finalize__review_window_open__reverts(
    escrow, poster, clock, submitted_run, review_days, early
):
    """RUN-0, RUN-14: whoever calls, the poster too."""
    run_id = submitted_run(review_days=review_days)
    ends_at = escrow.getRun(run_id).submittedAt + review_days * DAY
    clock.at(ends_at - early)
    values = {"runId": run_id, "reviewEndsAt": ends_at, "timestamp": ends_at - early}
    with reverting(escrow.ReviewNotOver, **values):
        escrow.finalize(run_id, sender=poster)


@pytest.mark.parametrize("late", [0, 1, 400 * DAY])
def test_finalize__review_over__sets_approved_whoever_calls(
    escrow, outsider, clock, submitted_run, get_run, late
):
    """RUN-0, RUN-14, threat "the poster falls silent"."""
    run_id = submitted_run()
    before = get_run(run_id)
    clock.at(before["dueAt"] + late)
    escrow.finalize(run_id, sender=outsider)
    assert get_run(run_id) == before | {"state": 5, "dueAt": 0}


def test_finalize__review_over__emits_silent_approval(
    escrow, registry, outsider, agent, agent_id, clock, submitted_run
):
    """RUN-14, RUN-22: silence counts as a completion."""
    run_id = submitted_run()
    clock.at(escrow.reviewEndsAt(run_id))
    tx = escrow.finalize(run_id, sender=outsider)
    approved = ("RunApproved", run_id, agent_id, agent.address, REWARD, FEE, True)
    assert emitted(tx, escrow) == [approved]
    assert emitted(tx, registry) == [("StakeReleased", agent_id, escrow.address, MIN_STAKE, 1)]


@pytest.mark.parametrize(
    ("reward", "fee", "completions"),
    [(1, 1, 0), (999_999, 50_000, 0), (1_000_000, 50_000, 1), (2**48 - 1, 14_073_748_835_533, 1)],
)
def test_finalize__review_over__pays_the_agent(
    escrow,
    registry,
    outsider,
    agent,
    agent_id,
    clock,
    submitted_run,
    books,
    reward,
    fee,
    completions,
):
    """RUN-4, RUN-14, RUN-22: nothing for who calls."""
    run_id = submitted_run(reward=reward)
    clock.at(escrow.reviewEndsAt(run_id))
    with books.moves({agent: reward}, owed=-reward, fees=fee):
        escrow.finalize(run_id, sender=outsider)
    assert registry.getAgent(agent_id).completions == completions


def test_finalize__resubmitted__counts_from_the_latest_submission(
    escrow, outsider, clock, runs, state_of
):
    """RUN-14, RUN-23: a resubmission gives the poster its whole review again."""
    run_id = runs.submitted(review_days=1)
    runs.request_revision(run_id)
    submitted_at = clock.now() + 5 * DAY
    clock.at(submitted_at)
    runs.submit(run_id)
    ends_at = submitted_at + DAY
    clock.at(ends_at - 1)
    values = {"runId": run_id, "reviewEndsAt": ends_at, "timestamp": ends_at - 1}
    with reverting(escrow.ReviewNotOver, **values):
        escrow.finalize(run_id, sender=outsider)
    clock.at(ends_at)
    escrow.finalize(run_id, sender=outsider)
    assert state_of(run_id) == 5


def test_finalize__nft_sold_mid_run__pays_the_frozen_wallet(
    escrow, agent, buyer, clock, submitted_run, sell_agent, books
):
    """RUN-6, threat "identity NFT sold mid-run": the buyer may finalize, and is not paid."""
    run_id = submitted_run()
    sell_agent(buyer)
    clock.at(escrow.reviewEndsAt(run_id))
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.finalize(run_id, sender=buyer)


def test_finalize__agent_blacklisted__credits(
    escrow, outsider, agent, clock, submitted_run, blacklist, books
):
    """RUN-16."""
    run_id = submitted_run()
    blacklist(agent)
    clock.at(escrow.reviewEndsAt(run_id))
    with books.moves(fees=FEE):
        tx = escrow.finalize(run_id, sender=outsider)
    assert emitted(tx, escrow)[1:] == [("Credited", agent.address, REWARD)]
    assert escrow.creditOf(agent) == REWARD


def test_finalize__paused__may(escrow, outsider, owner, clock, submitted_run, state_of):
    """RUN-18."""
    run_id = submitted_run()
    escrow.pause(sender=owner)
    clock.at(escrow.reviewEndsAt(run_id))
    escrow.finalize(run_id, sender=outsider)
    assert state_of(run_id) == 5
