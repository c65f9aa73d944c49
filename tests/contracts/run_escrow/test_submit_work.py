"""submitWork: the agent hands in.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a run that owes work: CLAIMED, IN_PROGRESS or REVISION_REQUESTED
├── when the caller is neither the frozen wallet nor an operator of the agent
│   └── it should revert
├── when the URI is empty
│   └── it should revert
└── when the agent hands in
    ├── it should set SUBMITTED and the time, and run the poster's time
    ├── it should emit WorkSubmitted and nothing else
    ├── it should move no money
    ├── it should replace the time of an earlier submission
    ├── it should be accepted late, until the poster slashes or cancels
    └── it should be accepted while the contract is paused
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import CLAIM_TIMEOUT, WORK
from tests.contracts.texts import JUST_RIGHT, MAX_TEXT, TOO_LONG

OWING_WORK = ("claimed", "started", "revision_requested")


@pytest.mark.parametrize("run_id", [0, 2])
def test_submit_work__unknown_run__reverts(escrow, agent, claimed_run, run_id):
    """RUN-26."""
    claimed_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.submitWork(run_id, WORK, sender=agent)


@pytest.mark.parametrize("state", OWING_WORK)
def test_submit_work__not_the_agent__reverts(escrow, poster, outsider, runs, state):
    """RUN-7."""
    run_id = getattr(runs, state)()
    for caller in (poster, outsider):
        with reverting(escrow.NotAgent, runId=run_id, caller=caller):
            escrow.submitWork(run_id, WORK, sender=caller)


@pytest.mark.parametrize("state", OWING_WORK)
def test_submit_work__empty_uri__reverts(escrow, agent, runs, state):
    """RUN-13."""
    run_id = getattr(runs, state)()
    with reverting(escrow.EmptyDeliverableURI, runId=run_id):
        escrow.submitWork(run_id, "", sender=agent)


@pytest.mark.parametrize("text", TOO_LONG)
def test_submit_work__uri_too_long__reverts(escrow, agent, runs, text):
    """RUN-27."""
    run_id = runs.claimed()
    with reverting(escrow.TextTooLong, length=len(text.encode()), max=MAX_TEXT):
        escrow.submitWork(run_id, text, sender=agent)


@pytest.mark.parametrize("text", JUST_RIGHT)
def test_submit_work__longest_uri__passes(escrow, agent, runs, text):
    """RUN-27: counted in bytes."""
    tx = escrow.submitWork(runs.claimed(), text, sender=agent)
    assert emitted(tx, escrow)[0][-2] == text


@pytest.mark.parametrize("state", OWING_WORK)
@pytest.mark.parametrize("review_days", [1, 7, 30])
def test_submit_work__agent__sets_submitted_and_runs_the_posters_time(
    escrow, agent, clock, runs, get_run, books, state, review_days
):
    """RUN-8, RUN-14, RUN-23: dueAt is reviewEndsAt, from the latest submission on."""
    run_id = getattr(runs, state)(review_days=review_days)
    before = get_run(run_id)
    submitted_at = clock.now() + 100
    clock.at(submitted_at)
    with books.moves():
        escrow.submitWork(run_id, WORK, sender=agent)
    review_ends_at = submitted_at + review_days * DAY
    after = {"state": 4, "submittedAt": submitted_at, "dueAt": review_ends_at}
    assert get_run(run_id) == before | after


@pytest.mark.parametrize("state", OWING_WORK)
def test_submit_work__agent__emits_work_submitted_alone(escrow, agent, clock, runs, state):
    """RUN-14: the event says until when the poster may judge."""
    run_id = getattr(runs, state)(review_days=2)
    submitted_at = clock.now() + 100
    clock.at(submitted_at)
    tx = escrow.submitWork(run_id, WORK, sender=agent)
    assert emitted(tx, escrow) == [("WorkSubmitted", run_id, WORK, submitted_at + 2 * DAY)]
    assert len(tx.logs) == 1


def test_submit_work__approved_account__may(
    escrow, agent, agent_id, identity, outsider, claimed_run, state_of
):
    """RUN-7: a current operator."""
    run_id = claimed_run()
    identity.setApprovalForAll(outsider, True, sender=agent)
    escrow.submitWork(run_id, WORK, sender=outsider)
    assert state_of(run_id) == 4


@pytest.mark.parametrize("state", OWING_WORK)
@pytest.mark.parametrize("late", [-1, 0, 1, 400 * DAY])
def test_submit_work__late__is_valid(escrow, agent, clock, runs, state_of, state, late):
    """RUN-10: the first transaction wins, submission or slash."""
    run_id = getattr(runs, state)()
    clock.at(escrow.slashableAt(run_id) + late)
    escrow.submitWork(run_id, WORK, sender=agent)
    assert state_of(run_id) == 4


@pytest.mark.parametrize("state", OWING_WORK)
def test_submit_work__before_the_slash_in_the_same_second__wins(
    escrow, agent, poster, clock, runs, state
):
    """RUN-10, threat "submit races slash": never are both valid."""
    run_id = getattr(runs, state)()
    overdue = escrow.slashableAt(run_id)
    clock.at(overdue)
    escrow.submitWork(run_id, WORK, sender=agent)
    allowed = 0b1001100
    with reverting(escrow.UnexpectedRunState, runId=run_id, current=4, allowedBitmap=allowed):
        escrow.slash(run_id, sender=poster)


@pytest.mark.parametrize("state", OWING_WORK)
def test_submit_work__after_the_slash__reverts(escrow, agent, poster, clock, runs, state):
    """RUN-10, threat "slash after submit, submit after slash"."""
    run_id = getattr(runs, state)()
    clock.at(escrow.slashableAt(run_id))
    escrow.slash(run_id, sender=poster)
    allowed = 0b1001100
    with reverting(escrow.UnexpectedRunState, runId=run_id, current=9, allowedBitmap=allowed):
        escrow.submitWork(run_id, WORK, sender=agent)


def test_submit_work__paused__may(escrow, agent, owner, claimed_run, state_of):
    """RUN-18."""
    run_id = claimed_run()
    escrow.pause(sender=owner)
    escrow.submitWork(run_id, WORK, sender=agent)
    assert state_of(run_id) == 4


def test_submit_work__very_late_and_silent_poster__is_paid_all_the_same(
    escrow, agent, outsider, clock, claimed_run, books
):
    """RUN-10, RUN-14, RUN-15: late work that the poster ignores gets its review and its pay."""
    run_id = claimed_run()
    clock.at(clock.now() + 10 * CLAIM_TIMEOUT)
    escrow.submitWork(run_id, WORK, sender=agent)
    clock.at(escrow.reviewEndsAt(run_id))
    with books.moves({agent: 100_000_000}, owed=-100_000_000, fees=5_000_000):
        escrow.finalize(run_id, sender=outsider)
