"""RunEscrow's action table: its bitmaps, and the table and diagram made of it."""

from __future__ import annotations

import pytest

from agentescrow.domain.actions import snake
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import FINAL_STATES, RunState

S = RunState
WORKING = {S.CLAIMED, S.IN_PROGRESS}
GATES = {
    "createRun": set(),
    "postRun": set(),
    "postRunWithAuthorization": set(),
    "fundRun": {S.DRAFT},
    "claimRun": {S.OPEN},
    "startRun": {S.CLAIMED},
    "submitWork": WORKING | {S.REVISION_REQUESTED},
    "approve": {S.SUBMITTED},
    "requestRevision": {S.SUBMITTED},
    "reject": {S.SUBMITTED},
    "finalize": {S.SUBMITTED},
    "slash": WORKING | {S.REVISION_REQUESTED},
    "cancelRun": WORKING | {S.DRAFT, S.OPEN},
    "abandonRun": WORKING,
}


def test_transitions__calls__are_those_of_the_spec():
    """RUN-0 to RUN-17: every call of the table, no other."""
    assert {action.call for action, _ in RUN_ACTIONS.transitions} == set(GATES)
    assert len(RUN_ACTIONS.transitions) == 15


@pytest.mark.parametrize("call", GATES)
def test_allowed_bitmap__call__has_a_bit_for_every_allowed_state(call):
    """RUN-26: bit n stands for state n, and reads back."""
    assert RUN_ACTIONS[call].sources == GATES[call]
    bitmap = RUN_ACTIONS.allowed_bitmap(call)
    assert bitmap == sum(2**state for state in GATES[call])
    assert RUN_ACTIONS.states_of_bitmap(bitmap) == sorted(GATES[call])


def test_allowed_bitmap__unknown_call__is_a_key_error():
    """RUN-26: nothing is silently ignored."""
    with pytest.raises(KeyError, match="fundrun"):
        RUN_ACTIONS.allowed_bitmap("fundrun")


def test_transitions__final_states__lead_nowhere_and_all_others_somewhere():
    """RUN-15: every state with money or a lock in it can be left."""
    sources = {state for _, row in RUN_ACTIONS.transitions for state in row.sources}
    assert sources == set(RunState) - FINAL_STATES


def test_transitions__states_that_hold_a_lock__can_be_left_without_the_poster():
    """RUN-15: by the agent or by anyone, in one step or two."""
    exits = {
        state for _, row in RUN_ACTIONS.transitions if row.who != "poster" for state in row.sources
    }
    assert {S.OPEN, S.CLAIMED, S.IN_PROGRESS, S.SUBMITTED, S.REVISION_REQUESTED} <= exits


def test_markdown__table__has_a_row_a_transition():
    """RUN-0: the docs print this table."""
    lines = RUN_ACTIONS.markdown().splitlines()
    assert len(lines) == 2 + len(RUN_ACTIONS.transitions)
    assert len({line.count("|") for line in lines}) == 1
    assert "| OPEN | claimRun(runId, agentId) | agent operator | before the deadline |" in lines[6]


def test_mermaid__diagram__has_every_edge_once():
    """RUN-0: the docs print this diagram."""
    lines = RUN_ACTIONS.mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    SUBMITTED --> APPROVED: approve, finalize" in lines
    assert "    [*] --> OPEN: postRun, postRunWithAuthorization" in lines
    assert [line for line in lines if line.endswith("[*]")] == [
        f"    {state.name} --> [*]" for state in sorted(FINAL_STATES)
    ]
    edges = {
        (source, row.target)
        for _, row in RUN_ACTIONS.transitions
        for source in row.sources or ("[*]",)
    }
    assert len(lines) == 1 + len(edges) + len(FINAL_STATES) == len(set(lines))


@pytest.mark.parametrize(
    ("camel", "expected"),
    [
        ("runId", "run_id"),
        ("deliverableURI", "deliverable_uri"),
        ("URIUpdated", "uri_updated"),
        ("postRunWithAuthorization", "post_run_with_authorization"),
        ("to", "to"),
    ],
)
def test_snake__camel_case__splits_words_and_keeps_acronyms_whole(camel, expected):
    """RUN-0: parameters of calls are matched with fields of events by these names."""
    assert snake(camel) == expected


def test_for_anyone__table__lists_finalize_and_cancel():
    """RUN-14, RUN-15: what an outsider may do once time has passed."""
    found = [(action.call, state, at) for action, state, at in RUN_ACTIONS.for_anyone()]
    assert found == [("finalize", S.SUBMITTED, "due_at"), ("cancelRun", S.OPEN, "deadline")]
