"""The state gate: every state x every call, read from an independent copy of the table."""

from __future__ import annotations

import pytest

from agentescrow.domain.runs.run import RunState
from agentescrow.errors import Reverted

# Columns in the order of RunState: DRAFT OPEN CLAIMED IN_PROGRESS SUBMITTED APPROVED
# REVISION_REQUESTED REJECTED CANCELLED SLASHED; x = the call passes the gate.
TABLE = {
    "fund_run": "x.........",
    "claim_run": ".x........",
    "start_run": "..x.......",
    "submit_work": "..xx..x...",
    "abandon_run": "..xx......",
    "approve": "....x.....",
    "request_revision": "....x.....",
    "reject": "....x.....",
    "finalize": "....x.....",
    "slash": "..xx..x...",
    "cancel_run": "xxxx......",
}
EXTRA = {"claim_run": [0], "submit_work": [""], "request_revision": [""], "reject": [""]}
TIMELESS = {"start_run", "approve"}
SENDERLESS = {"finalize"}


def make_call(world, call, run_id):
    """As a stranger with empty texts, so that a call that passes the gate fails right behind it."""
    keywords = {} if call in TIMELESS else {"now": world.now}
    keywords |= {} if call in SENDERLESS else {"sender": "outsider"}
    getattr(world.escrow, call)(run_id, *EXTRA.get(call, []), **keywords)


@pytest.mark.parametrize("call", TABLE)
@pytest.mark.parametrize("state", RunState, ids=lambda state: state.name)
def test_gate__state_and_call__passes_exactly_where_the_table_says(world, state, call):
    """RUN-0 to RUN-17, RUN-26: one gate, one error with the allowed states."""
    run_id = world.run_in(state)
    allowed = sum(1 << position for position, mark in enumerate(TABLE[call]) if mark == "x")
    if allowed >> state & 1:
        with pytest.raises(Reverted) as caught:
            make_call(world, call, run_id)
        assert caught.value.name != "UnexpectedRunState"
    else:
        with world.refused("UnexpectedRunState", run_id, state, allowed):
            make_call(world, call, run_id)


@pytest.mark.parametrize("call", TABLE)
def test_gate__unknown_run__has_its_own_error(world, call):
    """RUN-26: unknown ids revert; 0 is none."""
    world.post()
    for unknown in (0, 2):
        with world.refused("RunUnknown", unknown):
            make_call(world, call, unknown)


@pytest.mark.parametrize("view", ["get_run", "slashable_at", "review_ends_at"])
def test_views__unknown_run__has_its_own_error(world, view):
    """RUN-26: views of a run revert as well."""
    with world.refused("RunUnknown", 1):
        getattr(world.escrow, view)(1)
