"""abandonRun: the agent gives the run back, within a day of the claim, once in the run's life.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a CLAIMED run or one IN_PROGRESS
├── when the caller is neither the frozen wallet nor an operator of the agent
│   └── it should revert
├── when a day has passed since the claim
│   └── it should revert, from that second on
├── when the run was given back before
│   └── it should revert, also for another agent
└── when the agent gives it back, up to the last second of the day
    ├── it should open the run and clear agent, wallet and time of the claim
    ├── it should emit RunAbandoned
    ├── it should release the lock, with no mark on the record but the claim
    ├── it should move no money
    ├── it should let any agent claim again, with its own wallet and a day of its own
    └── it should work while the contract is paused, and past the deadline
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO
from tests.contracts.runs import COST, MIN_STAKE

HELD = ("claimed", "started")


@pytest.mark.parametrize("run_id", [0, 2])
def test_abandon_run__unknown_run__reverts(escrow, agent, claimed_run, run_id):
    """RUN-26."""
    claimed_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.abandonRun(run_id, sender=agent)


@pytest.mark.parametrize("state", HELD)
def test_abandon_run__not_the_agent__reverts(escrow, poster, outsider, runs, state):
    """RUN-7."""
    run_id = getattr(runs, state)()
    for caller in (poster, outsider):
        with reverting(escrow.NotAgent, runId=run_id, caller=caller):
            escrow.abandonRun(run_id, sender=caller)


@pytest.mark.parametrize("state", HELD)
@pytest.mark.parametrize("late", [0, 1, 30 * DAY])
def test_abandon_run__a_day_after_the_claim__reverts(escrow, agent, clock, runs, state, late):
    """RUN-0, RUN-17: within the day means before its last second is over."""
    run_id = getattr(runs, state)()
    ends_at = escrow.getRun(run_id).claimedAt + DAY
    clock.at(ends_at + late)
    values = {"runId": run_id, "windowEndsAt": ends_at, "timestamp": ends_at + late}
    with reverting(escrow.AbandonWindowOver, **values):
        escrow.abandonRun(run_id, sender=agent)


@pytest.mark.parametrize("state", HELD)
def test_abandon_run__last_second__opens(escrow, agent, clock, runs, state_of, state):
    """RUN-0, RUN-17."""
    run_id = getattr(runs, state)()
    clock.at(escrow.getRun(run_id).claimedAt + DAY - 1)
    escrow.abandonRun(run_id, sender=agent)
    assert state_of(run_id) == 1


@pytest.mark.parametrize("state", HELD)
def test_abandon_run__agent__clears_the_claim(escrow, agent, runs, get_run, books, state):
    """RUN-17, RUN-23: agentId, wallet and claimedAt are cleared; no money moves."""
    run_id = getattr(runs, state)()
    before = get_run(run_id)
    with books.moves():
        escrow.abandonRun(run_id, sender=agent)
    cleared = {"state": 1, "agentId": 0, "wallet": ZERO, "claimedAt": 0, "dueAt": 0}
    assert get_run(run_id) == before | cleared | {"abandoned": True}


@pytest.mark.parametrize("state", HELD)
def test_abandon_run__agent__emits_and_releases_the_lock(
    escrow, registry, agent, agent_id, runs, state
):
    """RUN-17, RUN-22: no penalty; the claim stays counted."""
    run_id = getattr(runs, state)()
    tx = escrow.abandonRun(run_id, sender=agent)
    assert emitted(tx, escrow) == [("RunAbandoned", run_id, agent_id)]
    assert emitted(tx, registry) == [("StakeReleased", agent_id, escrow.address, MIN_STAKE, 0)]
    record = dict(registry.getAgent(agent_id).items())
    counted = ("locked", "claims", "completions", "rejections", "strikes")
    assert [record[name] for name in counted] == [0, 1, 0, 0, 0]


def test_abandon_run__second_time_by_the_same_agent__reverts(escrow, agent, runs):
    """RUN-17: once in a run's life."""
    run_id = runs.claimed()
    escrow.abandonRun(run_id, sender=agent)
    runs.claim(run_id)
    with reverting(escrow.AlreadyAbandoned, runId=run_id):
        escrow.abandonRun(run_id, sender=agent)


def test_abandon_run__second_time_by_another_agent__reverts(escrow, agent, rival, rival_id, runs):
    """RUN-17, threat "two agents of one owner hand a run to each other for ever"."""
    run_id = runs.claimed()
    escrow.abandonRun(run_id, sender=agent)
    escrow.claimRun(run_id, rival_id, sender=rival)
    with reverting(escrow.AlreadyAbandoned, runId=run_id):
        escrow.abandonRun(run_id, sender=rival)


def test_abandon_run__claimed_by_another__is_paid_to_the_other(
    escrow, agent, rival, rival_id, poster, runs, clock, get_run, books
):
    """RUN-6, RUN-17: nothing of the first claim is left."""
    run_id = runs.claimed()
    escrow.abandonRun(run_id, sender=agent)
    claimed_at = clock.now() + DAY
    clock.at(claimed_at)
    escrow.claimRun(run_id, rival_id, sender=rival)
    run = get_run(run_id)
    claim = (run["agentId"], run["wallet"], run["claimedAt"], run["dueAt"])
    assert claim == (rival_id, rival.address, claimed_at, claimed_at + 7 * DAY)
    with reverting(escrow.NotAgent, runId=run_id, caller=agent):
        escrow.submitWork(run_id, "ipfs://not-mine", sender=agent)
    escrow.submitWork(run_id, "ipfs://mine", sender=rival)
    with books.moves({rival: 100_000_000}, owed=-100_000_000, fees=5_000_000):
        escrow.approve(run_id, sender=poster)


def test_abandon_run__started_then_claimed_again__is_claimed_not_in_progress(
    escrow, agent, runs, state_of
):
    """RUN-17: IN_PROGRESS goes with the claim."""
    run_id = runs.started()
    escrow.abandonRun(run_id, sender=agent)
    runs.claim(run_id)
    assert state_of(run_id) == 2


def test_abandon_run__past_the_deadline__opens_what_anyone_may_cancel(
    escrow, agent, poster, outsider, clock, runs, books
):
    """RUN-17: the day of a claim shortly before the deadline reaches beyond it."""
    run_id = runs.open(deadline=clock.now() + 1_000)
    clock.at(escrow.getRun(run_id).deadline - 1)
    runs.claim(run_id)
    clock.at(escrow.getRun(run_id).deadline)
    escrow.abandonRun(run_id, sender=agent)
    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(run_id, sender=outsider)


def test_abandon_run__paused__may(escrow, agent, owner, claimed_run, state_of):
    """RUN-18."""
    run_id = claimed_run()
    escrow.pause(sender=owner)
    escrow.abandonRun(run_id, sender=agent)
    assert state_of(run_id) == 1
