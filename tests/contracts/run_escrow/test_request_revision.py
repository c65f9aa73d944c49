"""requestRevision: the poster asks for changes.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a SUBMITTED run
├── when the caller is not the poster
│   └── it should revert
├── when the review window is over
│   └── it should revert, from that second on
├── when no revisions are left
│   └── it should revert
├── when the feedback is empty, or longer than 2,048 bytes
│   └── it should revert
└── when the poster asks, up to the last second of the window
    ├── it should set REVISION_REQUESTED, count, and run the agent's time anew
    ├── it should emit RevisionRequested and nothing else
    ├── it should move no money
    ├── it should give a week, not until a deadline that is later
    ├── it should be possible as often as the terms say
    └── it should work while the contract is paused
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import CLAIM_TIMEOUT
from tests.contracts.texts import JUST_RIGHT, MAX_TEXT, TOO_LONG

FEEDBACK = "Please add tests."


@pytest.mark.parametrize("run_id", [0, 2])
def test_request_revision__unknown_run__reverts(escrow, poster, submitted_run, run_id):
    """RUN-26."""
    submitted_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.requestRevision(run_id, FEEDBACK, sender=poster)


def test_request_revision__not_the_poster__reverts(escrow, poster, agent, outsider, submitted_run):
    """The poster judges."""
    run_id = submitted_run()
    for caller in (agent, outsider):
        with reverting(escrow.NotPoster, runId=run_id, caller=caller, poster=poster):
            escrow.requestRevision(run_id, FEEDBACK, sender=caller)


@pytest.mark.parametrize("late", [0, 1])
def test_request_revision__review_over__reverts(escrow, poster, clock, submitted_run, late):
    """RUN-0, RUN-14: silence has approved."""
    run_id = submitted_run()
    ends_at = escrow.reviewEndsAt(run_id)
    clock.at(ends_at + late)
    values = {"runId": run_id, "reviewEndsAt": ends_at, "timestamp": ends_at + late}
    with reverting(escrow.ReviewOver, **values):
        escrow.requestRevision(run_id, FEEDBACK, sender=poster)


def test_request_revision__last_second_of_the_window__succeeds(
    escrow, poster, clock, submitted_run, state_of
):
    """RUN-0, RUN-14."""
    run_id = submitted_run()
    clock.at(escrow.reviewEndsAt(run_id) - 1)
    escrow.requestRevision(run_id, FEEDBACK, sender=poster)
    assert state_of(run_id) == 6


def test_request_revision__none_allowed__reverts(escrow, poster, submitted_run):
    """RUN-11: maxRevisions 0."""
    run_id = submitted_run(max_revisions=0)
    with reverting(escrow.NoRevisionsLeft, runId=run_id, maxRevisions=0):
        escrow.requestRevision(run_id, FEEDBACK, sender=poster)


@pytest.mark.parametrize("allowed", [1, 10])
def test_request_revision__all_used__reverts(escrow, poster, runs, get_run, allowed):
    """RUN-11, threat "endless revisions are a free option": as often as the terms say."""
    run_id = runs.submitted(max_revisions=allowed)
    for number in range(1, allowed + 1):
        runs.request_revision(run_id)
        assert get_run(run_id)["revisions"] == number
        runs.submit(run_id)
    with reverting(escrow.NoRevisionsLeft, runId=run_id, maxRevisions=allowed):
        escrow.requestRevision(run_id, FEEDBACK, sender=poster)


def test_request_revision__empty_feedback__reverts(escrow, poster, submitted_run):
    """RUN-13, RUN-27."""
    run_id = submitted_run()
    with reverting(escrow.EmptyFeedback, runId=run_id):
        escrow.requestRevision(run_id, "", sender=poster)


@pytest.mark.parametrize("text", TOO_LONG)
def test_request_revision__feedback_too_long__reverts(escrow, poster, submitted_run, text):
    """RUN-27."""
    run_id = submitted_run()
    with reverting(escrow.TextTooLong, length=len(text.encode()), max=MAX_TEXT):
        escrow.requestRevision(run_id, text, sender=poster)


@pytest.mark.parametrize("text", JUST_RIGHT)
def test_request_revision__longest_feedback__passes(escrow, poster, submitted_run, text):
    """RUN-27: counted in bytes."""
    run_id = submitted_run()
    tx = escrow.requestRevision(run_id, text, sender=poster)
    assert emitted(tx, escrow)[0][-1] == text


@pytest.mark.parametrize("ahead", [-1, 0, 1, 80 * DAY])
def test_request_revision__poster__runs_the_agents_time_anew(
    escrow, poster, clock, submitted_run, get_run, books, ahead
):
    """RUN-12, RUN-23 (threat: rubbish at once holds the money until a far deadline)."""
    asked_at = clock.now() + 1_000
    deadline = asked_at + CLAIM_TIMEOUT + ahead
    run_id = submitted_run(deadline=deadline)
    before = get_run(run_id)
    clock.at(asked_at)
    with books.moves():
        escrow.requestRevision(run_id, FEEDBACK, sender=poster)
    due_at = asked_at + CLAIM_TIMEOUT
    assert get_run(run_id) == before | {"state": 6, "revisions": 1, "dueAt": due_at}
    assert escrow.slashableAt(run_id) == due_at
    assert escrow.reviewEndsAt(run_id) == 0


def test_request_revision__second_one__runs_from_itself(escrow, poster, clock, runs, get_run):
    """RUN-12: each revision has its own week."""
    run_id = runs.revision_requested()
    runs.submit(run_id)
    asked_at = clock.now() + 3 * DAY
    clock.at(asked_at)
    escrow.requestRevision(run_id, FEEDBACK, sender=poster)
    run = get_run(run_id)
    assert (run["revisions"], run["dueAt"]) == (2, asked_at + CLAIM_TIMEOUT)


def test_request_revision__poster__emits_revision_requested_alone(escrow, poster, clock, runs):
    """RUN-12: number of the revision, and until when it may come."""
    run_id = runs.revision_requested()
    runs.submit(run_id)
    asked_at = clock.now() + 1_000
    clock.at(asked_at)
    tx = escrow.requestRevision(run_id, FEEDBACK, sender=poster)
    requested = ("RevisionRequested", run_id, 2, asked_at + CLAIM_TIMEOUT, FEEDBACK)
    assert emitted(tx, escrow) == [requested]
    assert len(tx.logs) == 1


def test_request_revision__late_first_submission__may(escrow, poster, clock, runs, state_of):
    """RUN-10, RUN-11: late work may be rejected, but need not."""
    run_id = runs.claimed()
    clock.at(escrow.getRun(run_id).deadline)
    runs.submit(run_id)
    escrow.requestRevision(run_id, FEEDBACK, sender=poster)
    assert state_of(run_id) == 6


def test_request_revision__paused__may(escrow, poster, owner, submitted_run, state_of):
    """RUN-18."""
    run_id = submitted_run()
    escrow.pause(sender=owner)
    escrow.requestRevision(run_id, FEEDBACK, sender=poster)
    assert state_of(run_id) == 6
