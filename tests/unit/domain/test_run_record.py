"""The run's record: its states' order and the times that follow from it."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY
from agentescrow.domain.runs.run import CLAIMED_STATES, FINAL_STATES, FUNDED_STATES, Run, RunState

CLAIMED_AT = 1_750_000_000


def make_run(state, deadline=CLAIMED_AT + 3 * DAY, **changes):
    values = {
        "poster": "poster",
        "state": state,
        "reward": 100,
        "fee": 5,
        "deadline": deadline,
        "review_days": 7,
        "max_revisions": 3,
        "claimed_at": CLAIMED_AT,
        "submitted_at": CLAIMED_AT + DAY,
        "revision_due_at": CLAIMED_AT + 9 * DAY,
    }
    return Run(**values | changes)


def test_run_state__order__is_the_contracts():
    """RUN-0: indexes 0 to 7 match the documents, then ours; each has a sentence."""
    assert [state.name for state in RunState] == [
        *["DRAFT", "OPEN", "CLAIMED", "IN_PROGRESS", "SUBMITTED", "APPROVED"],
        *["REVISION_REQUESTED", "REJECTED", "CANCELLED", "SLASHED"],
    ]
    assert [int(state) for state in RunState] == list(range(10))
    assert all(state.description.endswith(".") for state in RunState)


@pytest.mark.parametrize("state", [RunState.CLAIMED, RunState.IN_PROGRESS])
@pytest.mark.parametrize(
    ("deadline", "slashable_at"),
    [
        (CLAIMED_AT + 7 * DAY - 1, CLAIMED_AT + 7 * DAY),
        (CLAIMED_AT + 7 * DAY, CLAIMED_AT + 7 * DAY),
        (CLAIMED_AT + 7 * DAY + 1, CLAIMED_AT + 7 * DAY + 1),
    ],
)
def test_slashable_at__working__is_the_later_of_timeout_and_deadline(state, deadline, slashable_at):
    """RUN-9, RUN-23: max(claimedAt + 7 days, deadline), and dueAt is the same."""
    run = make_run(state, deadline)
    assert run.slashable_at == run.due_at == slashable_at
    assert run.review_ends_at == 0


def test_slashable_at__revision_requested__is_the_revision_time():
    """RUN-12, RUN-23: the time set by requestRevision, whatever the claim's was."""
    run = make_run(RunState.REVISION_REQUESTED)
    assert run.slashable_at == run.due_at == CLAIMED_AT + 9 * DAY
    assert run.review_ends_at == 0


def test_review_ends_at__submitted__is_review_days_after_the_latest_submission():
    """RUN-14, RUN-23: submittedAt + reviewDays, and dueAt is the same."""
    run = make_run(RunState.SUBMITTED)
    assert run.review_ends_at == run.due_at == CLAIMED_AT + 8 * DAY
    assert run.slashable_at == 0


@pytest.mark.parametrize("state", sorted(FINAL_STATES | {RunState.DRAFT, RunState.OPEN}))
def test_due_at__nobody_has_to_act__is_zero(state):
    """RUN-23: the views return 0 where they do not apply."""
    run = make_run(state)
    assert (run.due_at, run.slashable_at, run.review_ends_at, run.abandon_ends_at) == (0, 0, 0, 0)


@pytest.mark.parametrize("state", RunState)
def test_escrowed__any_state__is_reward_and_fee_while_funded_and_alive(state):
    """RUN-20: only funded live runs are owed."""
    held = state not in FINAL_STATES and state != RunState.DRAFT
    assert make_run(state).escrowed == (105 if held else 0)
    assert (state in FUNDED_STATES) == held
    assert CLAIMED_STATES < FUNDED_STATES


@pytest.mark.parametrize(
    ("submitted_at", "revisions", "late"),
    [
        (CLAIMED_AT + 3 * DAY - 1, 0, False),
        (CLAIMED_AT + 3 * DAY, 0, True),
        (CLAIMED_AT + 3 * DAY + 1, 0, True),
        (CLAIMED_AT + 3 * DAY + 1, 1, False),
    ],
)
def test_came_late__first_submission__from_the_deadline_on(submitted_at, revisions, late):
    """RUN-11, RUN-0: late is at or after the deadline, and only the first submission counts."""
    run = make_run(RunState.SUBMITTED, submitted_at=submitted_at, revisions=revisions)
    assert run.came_late is late
