"""startRun: the agent says that it began.

given no such run
└── it should revert
given a run in another state: see test_transitions.py
given a CLAIMED run
├── when the caller is neither the frozen wallet nor an operator of the agent
│   └── it should revert, also for the poster
└── when the caller is
    ├── it should set IN_PROGRESS and nothing else
    ├── it should emit RunStarted and nothing else
    ├── it should not touch the agent's time
    ├── it should accept the frozen wallet, the owner, an approved account
    └── it should still work when the deadline has passed and while the contract is paused
"""

from __future__ import annotations

import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import CLAIM_TIMEOUT


@pytest.mark.parametrize("run_id", [0, 2])
def test_start_run__unknown_run__reverts(escrow, agent, claimed_run, run_id):
    """RUN-26."""
    claimed_run()
    with reverting(escrow.RunUnknown, runId=run_id):
        escrow.startRun(run_id, sender=agent)


def test_start_run__not_the_agent__reverts(escrow, outsider, poster, rival, claimed_run):
    """RUN-7."""
    run_id = claimed_run()
    for caller in (outsider, poster, rival):
        with reverting(escrow.NotAgent, runId=run_id, caller=caller):
            escrow.startRun(run_id, sender=caller)


def test_start_run__agent__sets_in_progress_and_nothing_else(
    escrow, agent, claimed_run, get_run, books
):
    """RUN-8, RUN-23: dueAt stays."""
    run_id = claimed_run()
    before = get_run(run_id)
    with books.moves():
        escrow.startRun(run_id, sender=agent)
    assert get_run(run_id) == before | {"state": 3}


def test_start_run__agent__emits_run_started_alone(escrow, agent, claimed_run):
    """RUN-8."""
    run_id = claimed_run()
    tx = escrow.startRun(run_id, sender=agent)
    assert emitted(tx, escrow) == [("RunStarted", run_id)]
    assert len(tx.logs) == 1


def test_start_run__approved_account__may(
    escrow, agent, agent_id, identity, outsider, claimed_run, state_of
):
    """RUN-7: a current operator."""
    run_id = claimed_run()
    identity.approve(outsider, agent_id, sender=agent)
    escrow.startRun(run_id, sender=outsider)
    assert state_of(run_id) == 3


def test_start_run__late_and_paused__may(escrow, agent, owner, clock, claimed_run, state_of):
    """RUN-10, RUN-18: nothing that an agent does after its claim is an entry."""
    run_id = claimed_run()
    escrow.pause(sender=owner)
    clock.at(clock.now() + 2 * CLAIM_TIMEOUT)
    escrow.startRun(run_id, sender=agent)
    assert state_of(run_id) == 3
