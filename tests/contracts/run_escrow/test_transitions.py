"""Every state x every call: the contract allows exactly what the transition table does.

given a run in any of the ten states
├── when the call is in the table: by the right caller at the right time
│   └── it should succeed and lead to the state of the table
└── when it is not: by the right caller, early and late
    └── it should revert with the run, its state and the states that the table allows
"""

from __future__ import annotations

import pytest

from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.actions import RUN_ACTIONS
from tests.contracts.clock import DAY
from tests.contracts.outcome import reverting
from tests.contracts.runs import MIN_STAKE, WORK

FACTORIES = {"in_progress": "started"}
CALLS = sorted({action.call for action, row in RUN_ACTIONS.transitions if row.sources})
ALLOWED = [
    (action.call, source, row.target)
    for action, row in RUN_ACTIONS.transitions
    for source in row.sources
]
TARGETS = {(call, source): target for call, source, target in ALLOWED}
LATE = 120 * DAY


@pytest.fixture
def run_in(runs, registry, agent, agent_id):
    """`run_in(state)`: a run there, and stake for more claims."""

    def run_in(state):
        registry.stake(agent_id, 3 * MIN_STAKE, sender=agent)
        name = state.name.lower()
        return getattr(runs, FACTORIES.get(name, name))()

    return run_in


@pytest.fixture
def attempt(escrow, poster, agent, agent_id, outsider):
    """`attempt(call, run_id)`: the call, by who may make it."""
    texts = {"submitWork": (WORK,), "requestRevision": ("Change it.",), "reject": ("No.",)}
    agents = {"claimRun", "startRun", "submitWork", "abandonRun"}

    def attempt(call, run_id):
        sender = agent if call in agents else outsider if call == "finalize" else poster
        args = (agent_id,) if call == "claimRun" else texts.get(call, ())
        return getattr(escrow, call)(run_id, *args, sender=sender)

    return attempt


def test_transitions__table__has_every_call_that_takes_a_run(escrow):
    """No function outside of the table changes a run."""
    takers = {
        method.name
        for method in escrow.contract_type.mutable_methods
        if method.inputs and method.inputs[0].name == "runId"
    }
    assert takers == set(CALLS)


@pytest.mark.parametrize(
    ("call", "source"), TARGETS, ids=lambda value: getattr(value, "name", value)
)
def test_transitions__in_the_table__leads_to_its_target(
    escrow, clock, runs, run_in, attempt, state_of, call, source
):
    """RUN-0, RUN-8 to RUN-17: right caller, right time."""
    run_id = runs.submitted(max_revisions=0) if call == "reject" else run_in(source)
    run = escrow.getRun(run_id)
    assert run.state == source
    if call in ("slash", "finalize"):
        clock.at(run.dueAt)
    if call == "cancelRun" and run.claimedAt:
        clock.at(run.deadline)
    attempt(call, run_id)
    assert state_of(run_id) == TARGETS[call, source]


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize("state", RunState, ids=lambda state: state.name)
def test_transitions__not_in_the_table__reverts_with_the_states_allowed(
    escrow, clock, run_in, attempt, state, late
):
    """RUN-26: one gate, one error, at any time."""
    run_id = run_in(state)
    if late:
        clock.mine(at=clock.now() + LATE)
    for call in CALLS:
        if state in RUN_ACTIONS[call].sources:
            continue
        values = {"runId": run_id, "current": state, "allowedBitmap": RUN_ACTIONS.allowed_bitmap(call)}
        with reverting(escrow.UnexpectedRunState, **values):
            attempt(call, run_id)
    assert escrow.getRun(run_id).state == state
