"""fundRun: a DRAFT is paid for and opens.

given the contract is paused
└── it should revert
given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a DRAFT
├── when the caller is not its poster
│   └── it should revert, also for someone who could pay
├── when the deadline has come
│   └── it should revert, from that second on
├── when the poster cannot pay
│   └── it should revert and leave the run in DRAFT
└── when the poster can pay, up to the last second before the deadline
    ├── it should open the run
    ├── it should emit RunFunded and nothing else
    └── it should pull reward and fee, as fixed when the run was created
"""

from __future__ import annotations

import ape
import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST


def test_fund_run__paused__reverts(escrow, poster, owner, draft_run):
    """RUN-18."""
    run_id = draft_run()
    escrow.pause(sender=owner)
    with reverting(escrow.EnforcedPause):
        escrow.fundRun(run_id, sender=poster)


@pytest.mark.parametrize("run_id", [0, 2, 2**256 - 1])
def test_fund_run__unknown_run__reverts(escrow, poster, draft_run, run_id):
    """RUN-26."""
    draft_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.fundRun(run_id, sender=poster)


def test_fund_run__not_the_poster__reverts(escrow, poster, outsider, draft_run, books):
    """Nobody funds for somebody else: a refund would go to the poster."""
    run_id = draft_run()
    with books.moves(), reverting(escrow.NotPoster, runId=run_id, caller=outsider, poster=poster):
        escrow.fundRun(run_id, sender=outsider)


@pytest.mark.parametrize("late", [0, 1])
def test_fund_run__deadline_passed__reverts(escrow, poster, clock, draft_run, late):
    """RUN-0: "before the deadline" ends with the second of the deadline."""
    run_id = draft_run()
    deadline = escrow.getRun(run_id).deadline
    clock.at(deadline + late)
    values = {"runId": run_id, "deadline": deadline, "timestamp": deadline + late}
    with reverting(escrow.DeadlinePassed, **values):
        escrow.fundRun(run_id, sender=poster)


def test_fund_run__last_second_before_deadline__opens(escrow, poster, clock, draft_run, state_of):
    """RUN-0."""
    run_id = draft_run()
    clock.at(escrow.getRun(run_id).deadline - 1)
    escrow.fundRun(run_id, sender=poster)
    assert state_of(run_id) == 1


def test_fund_run__allowance_too_small__leaves_a_draft(
    escrow, poster, usdc, draft_run, state_of, books
):
    """Nothing is booked that was not paid."""
    run_id = draft_run()
    usdc.approve(escrow, COST - 1, sender=poster)
    with books.moves(), ape.reverts("ERC20: transfer amount exceeds allowance"):
        escrow.fundRun(run_id, sender=poster)
    assert state_of(run_id) == 0


def test_fund_run__draft__opens_and_changes_nothing_else(escrow, poster, draft_run, get_run):
    """RUN-1: terms are frozen at creation."""
    run_id = draft_run(reward=7, review_days=3, max_revisions=1, min_status=2)
    before = get_run(run_id)
    escrow.fundRun(run_id, sender=poster)
    assert get_run(run_id) == before | {"state": 1}


def test_fund_run__draft__emits_run_funded_alone(escrow, poster, draft_run):
    """Amount as pulled."""
    run_id = draft_run()
    tx = escrow.fundRun(run_id, sender=poster)
    assert emitted(tx, escrow) == [("RunFunded", run_id, COST)]


@pytest.mark.parametrize(
    ("reward", "cost"), [(1, 2), (100_000_000, COST), (2**48 - 1, 295_548_725_546_188)]
)
def test_fund_run__draft__pulls_reward_and_fee(escrow, poster, draft_run, books, reward, cost):
    """RUN-3, RUN-20."""
    run_id = draft_run(reward=reward)
    with books.moves({poster: -cost}, owed=cost):
        escrow.fundRun(run_id, sender=poster)
