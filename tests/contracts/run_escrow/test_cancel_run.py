"""cancelRun: a run with no work in it ends, with a full refund.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a DRAFT
├── when the caller is not the poster
│   └── it should revert, also after the deadline
└── when the poster cancels
    └── it should refund nothing, at any time
given an OPEN run
├── when the deadline has not come
│   ├── it should revert for all but the poster
│   └── it should refund the poster
└── when the deadline has come
    └── it should refund the poster, whoever calls
given a CLAIMED run or one IN_PROGRESS
├── when the caller is not the poster
│   └── it should revert, also after the deadline
├── when the deadline has not come
│   └── it should revert, up to the last second
└── when the poster cancels, from the deadline on
    └── it should refund the poster and release the lock without a mark
given any of them
├── it should set CANCELLED, keep the rest and emit RunCancelled
├── it should work while the contract is paused
└── given USDC bars the poster or stops all transfers
    └── it should credit the refund instead
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, MIN_STAKE

HELD = ("claimed", "started")


@pytest.mark.parametrize("run_id", [0, 2])
def test_cancel_run__unknown_run__reverts(escrow, poster, open_run, run_id):
    """RUN-26."""
    open_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.cancelRun(run_id, sender=poster)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_cancel_run__draft_of_another__reverts(escrow, poster, outsider, clock, draft_run, late):
    """Only an OPEN run past its deadline is anyone's to cancel."""
    run_id = draft_run()
    clock.at(escrow.getRun(run_id).deadline + late)
    with reverting(escrow.NotPoster, runId=run_id, caller=outsider, poster=poster):
        escrow.cancelRun(run_id, sender=outsider)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_cancel_run__draft__refunds_nothing(
    escrow, poster, clock, draft_run, open_run, get_run, books, late
):
    """Threat "refund of a never-funded run": other runs' money stays."""
    open_run()
    run_id = draft_run()
    before = get_run(run_id)
    clock.at(before["deadline"] + late)
    with books.moves():
        tx = escrow.cancelRun(run_id, sender=poster)
    assert emitted(tx, escrow) == [("RunCancelled", run_id, 0)]
    assert get_run(run_id) == before | {"state": 8}


def test_cancel_run__open_before_the_deadline_by_another__reverts(
    escrow, poster, outsider, agent, clock, open_run
):
    """RUN-0: up to the last second the run is the poster's."""
    run_id = open_run()
    clock.at(escrow.getRun(run_id).deadline - 1)
    with reverting(escrow.NotPoster, runId=run_id, caller=outsider, poster=poster):
        escrow.cancelRun(run_id, sender=outsider)


def test_cancel_run__open__refunds_the_poster(escrow, registry, poster, open_run, get_run, books):
    """RUN-4: reward and fee."""
    run_id = open_run()
    before = get_run(run_id)
    with books.moves({poster: COST}, owed=-COST):
        tx = escrow.cancelRun(run_id, sender=poster)
    assert emitted(tx, escrow) == [("RunCancelled", run_id, COST)]
    assert emitted(tx, registry) == []
    assert get_run(run_id) == before | {"state": 8}


@pytest.mark.parametrize(("reward", "refund"), [(1, 2), (21, 23), (2**48 - 1, 295_548_725_546_188)])
def test_cancel_run__open__refunds_to_the_unit(escrow, poster, open_run, books, reward, refund):
    """RUN-3, RUN-4: the fee is refunded as it was rounded."""
    run_id = open_run(reward=reward)
    with books.moves({poster: refund}, owed=-refund):
        escrow.cancelRun(run_id, sender=poster)


@pytest.mark.parametrize("late", [0, 1, 400 * DAY])
def test_cancel_run__open_past_the_deadline__refunds_the_poster_whoever_calls(
    escrow, poster, outsider, clock, open_run, books, late
):
    """RUN-0, RUN-15, threat "a dead key keeps the money"."""
    run_id = open_run()
    clock.at(escrow.getRun(run_id).deadline + late)
    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(run_id, sender=outsider)


@pytest.mark.parametrize("state", HELD)
@pytest.mark.parametrize("late", [-1, 0, 400 * DAY])
def test_cancel_run__held_by_an_agent_and_not_the_poster__reverts(
    escrow, poster, outsider, agent, clock, runs, state, late
):
    """Also after the deadline, also for the agent."""
    run_id = getattr(runs, state)()
    clock.at(escrow.getRun(run_id).deadline + late)
    for caller in (outsider, agent):
        with reverting(escrow.NotPoster, runId=run_id, caller=caller, poster=poster):
            escrow.cancelRun(run_id, sender=caller)


@pytest.mark.parametrize("state", HELD)
@pytest.mark.parametrize("early", [DAY, 1])
def test_cancel_run__held_by_an_agent_in_time__reverts(escrow, poster, clock, runs, state, early):
    """RUN-0, threat "the poster cancels after the agent began"."""
    run_id = getattr(runs, state)()
    deadline = escrow.getRun(run_id).deadline
    clock.at(deadline - early)
    values = {"runId": run_id, "deadline": deadline, "timestamp": deadline - early}
    with reverting(escrow.BeforeDeadline, **values):
        escrow.cancelRun(run_id, sender=poster)


@pytest.mark.parametrize("state", HELD)
@pytest.mark.parametrize("late", [0, 1, 400 * DAY])
def test_cancel_run__held_past_the_deadline__refunds_and_releases(
    escrow, registry, poster, agent_id, clock, runs, get_run, books, state, late
):
    """RUN-4: full refund, lock released, no slash, whatever the week from the claim says."""
    run_id = getattr(runs, state)()
    before = get_run(run_id)
    clock.at(before["deadline"] + late)
    with books.moves({poster: COST}, owed=-COST):
        tx = escrow.cancelRun(run_id, sender=poster)
    assert emitted(tx, escrow) == [("RunCancelled", run_id, COST)]
    assert emitted(tx, registry) == [("StakeReleased", agent_id, escrow.address, MIN_STAKE, 0)]
    assert get_run(run_id) == before | {"state": 8, "dueAt": 0}
    record = dict(registry.getAgent(agent_id).items())
    counted = ("staked", "locked", "claims", "completions", "rejections", "strikes")
    assert [record[name] for name in counted] == [MIN_STAKE, 0, 1, 0, 0, 0]


def test_cancel_run__submitted_past_the_deadline__reverts(escrow, poster, clock, submitted_run):
    """Threat "the poster cancels over finished work"."""
    run_id = submitted_run()
    clock.at(escrow.getRun(run_id).deadline + 1)
    with reverting(escrow.UnexpectedRunState, runId=run_id, current=4, allowedBitmap=0b1111):
        escrow.cancelRun(run_id, sender=poster)


@pytest.mark.parametrize("state", ["draft", "open"])
def test_cancel_run__paused__may(escrow, poster, owner, runs, state_of, state):
    """RUN-18."""
    run_id = getattr(runs, state)()
    escrow.pause(sender=owner)
    escrow.cancelRun(run_id, sender=poster)
    assert state_of(run_id) == 8


def test_cancel_run__poster_blacklisted__credits_the_refund(
    escrow, poster, relayer, open_run, blacklist, books
):
    """RUN-16."""
    run_id = open_run()
    blacklist(poster)
    with books.moves():
        tx = escrow.cancelRun(run_id, sender=poster)
    assert emitted(tx, escrow) == [
        ("RunCancelled", run_id, COST),
        ("Credited", poster.address, COST),
    ]
    with books.moves({relayer: COST}, owed=-COST):
        escrow.withdrawCredit(relayer, sender=poster)


def test_cancel_run__usdc_paused__credits_the_refund(
    escrow, poster, outsider, clock, claimed_run, pause_usdc, unpause_usdc, books
):
    """RUN-16."""
    run_id = claimed_run()
    clock.at(escrow.getRun(run_id).deadline)
    pause_usdc()
    with books.moves():
        escrow.cancelRun(run_id, sender=poster)
    unpause_usdc()
    with books.moves({poster: COST}, owed=-COST):
        escrow.withdrawCredit(poster, sender=poster)
