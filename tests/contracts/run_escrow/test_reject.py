"""reject: the poster refuses the work.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a SUBMITTED run
├── when the caller is not the poster
│   └── it should revert
├── when the review window is over
│   └── it should revert, from that second on
├── when revisions are left and the work came in time
│   └── it should revert, also where a resubmission came after the deadline
├── when the reason is empty, or longer than 2,048 bytes
│   └── it should revert
└── when the poster refuses, up to the last second of the window
    ├── it should be allowed with revisions used up, none reserved, or a late first submission
    ├── it should set REJECTED and keep the rest
    ├── it should emit RunRejected
    ├── it should refund reward and fee
    ├── it should release the lock, with a rejection on the record and no strike
    ├── it should count no rejection of a run below 1 USDC
    ├── it should work while the contract is paused
    └── given USDC bars the poster
        └── it should credit the refund instead
"""

from __future__ import annotations

import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, MIN_STAKE
from tests.contracts.texts import JUST_RIGHT, MAX_TEXT, TOO_LONG

REASON = "It does not do what was asked."


@pytest.mark.parametrize("run_id", [0, 2])
def test_reject__unknown_run__reverts(escrow, poster, submitted_run, run_id):
    """RUN-26."""
    submitted_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.reject(run_id, REASON, sender=poster)


def test_reject__not_the_poster__reverts(escrow, poster, agent, outsider, owner, submitted_run):
    """The poster judges."""
    run_id = submitted_run(max_revisions=0)
    for caller in (agent, outsider, owner):
        with reverting(escrow.NotPoster, runId=run_id, caller=caller, poster=poster):
            escrow.reject(run_id, REASON, sender=caller)


@pytest.mark.parametrize("late", [0, 1])
def test_reject__review_over__reverts(escrow, poster, clock, submitted_run, late):
    """RUN-0, RUN-14: silence has approved."""
    run_id = submitted_run(max_revisions=0)
    ends_at = escrow.reviewEndsAt(run_id)
    clock.at(ends_at + late)
    values = {"runId": run_id, "reviewEndsAt": ends_at, "timestamp": ends_at + late}
    with reverting(escrow.ReviewOver, **values):
        escrow.reject(run_id, REASON, sender=poster)


def test_reject__last_second_of_the_window__succeeds(
    escrow, poster, clock, submitted_run, state_of
):
    """RUN-0, RUN-14."""
    run_id = submitted_run(max_revisions=0)
    clock.at(escrow.reviewEndsAt(run_id) - 1)
    escrow.reject(run_id, REASON, sender=poster)
    assert state_of(run_id) == 7


@pytest.mark.parametrize(("used", "allowed"), [(0, 1), (0, 10), (1, 2), (2, 3)])
def test_reject__revisions_left__reverts(escrow, poster, runs, used, allowed):
    """RUN-11, threat "the poster rejects good work at once and keeps it"."""
    run_id = runs.submitted(max_revisions=allowed)
    for _ in range(used):
        runs.request_revision(run_id)
        runs.submit(run_id)
    values = {"runId": run_id, "revisions": used, "maxRevisions": allowed}
    with reverting(escrow.RevisionsLeft, **values):
        escrow.reject(run_id, REASON, sender=poster)


def test_reject__first_submission_a_second_before_the_deadline__reverts(
    escrow, poster, clock, runs
):
    """RUN-0, RUN-11."""
    run_id = runs.claimed()
    clock.at(escrow.getRun(run_id).deadline - 1)
    runs.submit(run_id)
    with reverting(escrow.RevisionsLeft, runId=run_id, revisions=0, maxRevisions=3):
        escrow.reject(run_id, REASON, sender=poster)


@pytest.mark.parametrize("late", [0, 1])
def test_reject__late_first_submission__succeeds(escrow, poster, clock, runs, state_of, late):
    """RUN-0, RUN-11: it came at or after the deadline."""
    run_id = runs.claimed()
    clock.at(escrow.getRun(run_id).deadline + late)
    runs.submit(run_id)
    escrow.reject(run_id, REASON, sender=poster)
    assert state_of(run_id) == 7


def test_reject__late_resubmission_after_work_in_time__reverts(escrow, poster, clock, runs):
    """RUN-11: only a first submission can be late."""
    run_id = runs.revision_requested()
    clock.at(escrow.getRun(run_id).deadline + 1)
    runs.submit(run_id)
    with reverting(escrow.RevisionsLeft, runId=run_id, revisions=1, maxRevisions=3):
        escrow.reject(run_id, REASON, sender=poster)


def test_reject__late_work_after_an_abandoned_claim__succeeds(
    escrow, agent, poster, clock, runs, state_of
):
    """RUN-11, RUN-17: the second agent's first submission is a first submission."""
    run_id = runs.claimed()
    escrow.abandonRun(run_id, sender=agent)
    runs.claim(run_id)
    clock.at(escrow.getRun(run_id).deadline)
    runs.submit(run_id)
    escrow.reject(run_id, REASON, sender=poster)
    assert state_of(run_id) == 7


@pytest.mark.parametrize("allowed", [0, 1, 3])
def test_reject__revisions_used_up__sets_rejected_and_refunds(
    escrow, poster, runs, get_run, books, allowed
):
    """RUN-4, RUN-11: reward and fee go back; the platform earns nothing."""
    run_id = runs.submitted(max_revisions=allowed)
    for _ in range(allowed):
        runs.request_revision(run_id)
        runs.submit(run_id)
    before = get_run(run_id)
    with books.moves({poster: COST}, owed=-COST):
        escrow.reject(run_id, REASON, sender=poster)
    assert get_run(run_id) == before | {"state": 7, "dueAt": 0}


@pytest.mark.parametrize(("reward", "refund"), [(1, 2), (2**48 - 1, 295_548_725_546_188)])
def test_reject__least_and_most__refunds_to_the_unit(
    escrow, poster, submitted_run, books, reward, refund
):
    """RUN-3, RUN-4: what was pulled goes back."""
    run_id = submitted_run(reward=reward, max_revisions=0)
    with books.moves({poster: refund}, owed=-refund):
        escrow.reject(run_id, REASON, sender=poster)


def test_reject__poster__emits_run_rejected_and_counts(
    escrow, registry, poster, agent_id, submitted_run
):
    """RUN-22: a rejection, no strike."""
    run_id = submitted_run(max_revisions=0)
    tx = escrow.reject(run_id, REASON, sender=poster)
    assert emitted(tx, escrow) == [("RunRejected", run_id, agent_id, COST, REASON)]
    assert emitted(tx, registry) == [("StakeReleased", agent_id, escrow.address, MIN_STAKE, 2)]
    record = dict(registry.getAgent(agent_id).items())
    counted = ("locked", "claims", "completions", "rejections", "strikes")
    assert [record[name] for name in counted] == [0, 1, 0, 1, 0]


def test_reject__empty_reason__reverts(escrow, poster, submitted_run):
    """RUN-13, RUN-27."""
    run_id = submitted_run(max_revisions=0)
    with reverting(escrow.EmptyReason, runId=run_id):
        escrow.reject(run_id, "", sender=poster)


@pytest.mark.parametrize("text", TOO_LONG)
def test_reject__reason_too_long__reverts(escrow, poster, submitted_run, text):
    """RUN-27."""
    run_id = submitted_run(max_revisions=0)
    with reverting(escrow.TextTooLong, length=len(text.encode()), max=MAX_TEXT):
        escrow.reject(run_id, text, sender=poster)


@pytest.mark.parametrize("text", JUST_RIGHT)
def test_reject__longest_reason__passes(escrow, poster, submitted_run, text):
    """RUN-27: counted in bytes."""
    run_id = submitted_run(max_revisions=0)
    tx = escrow.reject(run_id, text, sender=poster)
    assert emitted(tx, escrow)[0][-1] == text


@pytest.mark.parametrize(
    ("reward", "counted"), [(1, 0), (999_999, 0), (1_000_000, 1), (1_000_001, 1)]
)
def test_reject__cheap_run__counts_from_1_usdc_on(
    escrow, registry, poster, agent_id, submitted_run, reward, counted
):
    """RUN-22 (threat: ESTABLISHED taken away for cents): as little as a cheap approval."""
    run_id = submitted_run(reward=reward, max_revisions=0)
    tx = escrow.reject(run_id, REASON, sender=poster)
    assert emitted(tx, registry) == [
        ("StakeReleased", agent_id, escrow.address, MIN_STAKE, 2 * counted)
    ]
    assert registry.getAgent(agent_id).rejections == counted


def test_reject__poster_blacklisted__credits_and_pays_elsewhere(
    escrow, poster, agent_id, relayer, submitted_run, blacklist, books
):
    """RUN-16, threat "a denylisted poster cannot be refunded"."""
    run_id = submitted_run(max_revisions=0)
    blacklist(poster)
    with books.moves():
        tx = escrow.reject(run_id, REASON, sender=poster)
    rejected = ("RunRejected", run_id, agent_id, COST, REASON)
    assert emitted(tx, escrow) == [rejected, ("Credited", poster.address, COST)]
    with books.moves({relayer: COST}, owed=-COST):
        escrow.withdrawCredit(relayer, sender=poster)


def test_reject__agent_blacklisted__refunds_all_the_same(
    escrow, poster, agent, submitted_run, blacklist, books
):
    """RUN-16, threat "the agent blocks the poster's refund"."""
    run_id = submitted_run(max_revisions=0)
    blacklist(agent)
    with books.moves({poster: COST}, owed=-COST):
        escrow.reject(run_id, REASON, sender=poster)


def test_reject__paused__may(escrow, poster, owner, submitted_run, state_of):
    """RUN-18."""
    run_id = submitted_run(max_revisions=0)
    escrow.pause(sender=owner)
    escrow.reject(run_id, REASON, sender=poster)
    assert state_of(run_id) == 7
