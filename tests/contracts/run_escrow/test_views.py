"""getRun, runCount, feeOn, slashableAt, reviewEndsAt, accruedFees.

given no such run
└── views of a run should revert
given a run in any of the ten states
├── getRun should tell its state, and dueAt of the side that has to act
├── getRun should tell whether the one abandonment is used up, from then to the run's end
├── slashableAt should be that of RUN-9 or RUN-12, and 0 where no slash is possible
└── reviewEndsAt should be that of RUN-14, and 0 where nothing is submitted
given an amount
└── feeOn should be 5 %, rounded up
"""

from __future__ import annotations

import pytest

from agentescrow.domain.runs.run import RunState
from tests.contracts.clock import DAY
from tests.contracts.outcome import reverting
from tests.contracts.runs import CLAIM_TIMEOUT, FEE

STATES = [state.name.lower() for state in RunState]
FACTORIES = {"in_progress": "started"}


@pytest.mark.parametrize("view", ["getRun", "slashableAt", "reviewEndsAt"])
def test_views__unknown_run__revert(escrow, outsider, open_run, view):
    """RUN-26. Ape decodes the error of a view only when it is sent as a transaction."""
    open_run()
    for run_id in (0, 2, 2**256 - 1):
        with reverting(escrow.RunUnknown, runId=run_id):
            getattr(escrow, view).transact(run_id, sender=outsider)


@pytest.mark.parametrize("deadline_days", [3, 20])
@pytest.mark.parametrize("state", STATES)
def test_views__each_state__tell_whose_time_runs(
    escrow, clock, runs, get_run, state, deadline_days
):
    """RUN-9, RUN-12, RUN-14, RUN-23: one of the two times at most, and dueAt is that one."""
    started_at = clock.now()
    deadline = started_at + deadline_days * DAY
    run_id = getattr(runs, FACTORIES.get(state, state))(deadline=deadline)
    run = get_run(run_id)
    assert run["state"] == RunState[state.upper()]
    slashable_at = review_ends_at = 0
    if state in ("claimed", "in_progress"):
        slashable_at = max(run["claimedAt"] + CLAIM_TIMEOUT, deadline)
    if state == "revision_requested":
        slashable_at = clock.now() + CLAIM_TIMEOUT
    if state == "submitted":
        review_ends_at = run["submittedAt"] + 7 * DAY
    assert escrow.slashableAt(run_id) == slashable_at
    assert escrow.reviewEndsAt(run_id) == review_ends_at
    assert run["dueAt"] == slashable_at + review_ends_at


@pytest.mark.parametrize("state", ["approved", "rejected", "slashed"])
def test_views__ended_run__remembers_its_agent(agent, agent_id, runs, get_run, state):
    """RUN-23: only abandonRun clears agentId, wallet and claimedAt."""
    run = get_run(getattr(runs, state)())
    assert (run["agentId"], run["wallet"]) == (agent_id, agent.address)
    assert run["claimedAt"] > 0
    assert (run["submittedAt"] > 0) == (state != "slashed")


@pytest.mark.parametrize("state", STATES)
def test_views__never_given_back__says_so(runs, get_run, state):
    """RUN-17, RUN-23."""
    assert get_run(getattr(runs, FACTORIES.get(state, state))())["abandoned"] is False


def test_views__given_back__says_so_to_the_end(escrow, agent, poster, runs, get_run):
    """RUN-17, RUN-23: who claims next sees that it cannot give the run back."""
    run_id, other = runs.claimed(), runs.open()
    escrow.abandonRun(run_id, sender=agent)
    assert get_run(run_id)["abandoned"] is True

    runs.claim(run_id)
    runs.submit(run_id)
    runs.send(poster, escrow.approve, run_id)

    assert get_run(run_id)["abandoned"] is True
    assert get_run(other)["abandoned"] is False


def test_views__given_back_and_cancelled__says_so(escrow, agent, poster, runs, get_run):
    """RUN-17, RUN-23."""
    run_id = runs.claimed()
    escrow.abandonRun(run_id, sender=agent)
    escrow.cancelRun(run_id, sender=poster)

    assert get_run(run_id)["abandoned"] is True


def test_views__two_runs__are_kept_apart(runs, get_run):
    """No run shows another's terms."""
    first = runs.open(reward=5, max_revisions=1)
    before = get_run(first)
    runs.submitted(reward=7, max_revisions=2)
    assert get_run(first) == before


@pytest.mark.parametrize(
    ("reward", "fee"),
    [
        (0, 0),
        (1, 1),
        (20, 1),
        (21, 2),
        (40, 2),
        (1_000_000, 50_000),
        (1_000_001, 50_001),
        (200_000_000_000_000, 10_000_000_000_000),
        (2**48 - 1, 14_073_748_835_533),
        (2**64 - 1, 922_337_203_685_477_581),
    ],
)
def test_fee_on__reward__is_five_percent_rounded_up(escrow, reward, fee):
    """RUN-3."""
    assert escrow.feeOn(reward) == fee


def test_run_count__any_kind_of_run__counts(escrow, draft_run, open_run, cancelled_run):
    """Also the highest id; ended runs stay counted."""
    assert escrow.runCount() == 0
    assert [draft_run(), open_run(), cancelled_run()] == [1, 2, 3]
    assert escrow.runCount() == 3


def test_accrued_fees__approved_runs_only__grow(escrow, submitted_run, approved_run, rejected_run):
    """RUN-4."""
    submitted_run_id = approved_run()
    rejected_run()
    submitted_run()
    assert submitted_run_id == 1
    assert escrow.accruedFees() == FEE
