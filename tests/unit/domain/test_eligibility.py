"""Claim eligibility: each bit alone, the bits that exclude each other, and the words."""

from __future__ import annotations

import itertools

import pytest

from agentescrow.domain.agent import Agent, AgentStatus
from agentescrow.domain.constants import DAY, MIN_STAKE
from agentescrow.domain.runs.eligibility import Ineligibility, claim_eligibility, reasons
from agentescrow.domain.runs.run import Run, RunState

NOW = 1_750_000_000
STAKED = {"staked": MIN_STAKE, "staked_at": NOW}
ESTABLISHED = {**STAKED, "staked_at": NOW - 30 * DAY, "completions": 5}


def bits_of(
    run_changes=None,
    agent_changes=None,
    *,
    now=NOW,
    known=True,
    operator=False,
    allowed=True,
    paused=False,
):
    run = {"poster": "poster", "state": RunState.OPEN, "reward": 1, "fee": 1, "deadline": NOW + 1}
    run |= {"review_days": 7, "max_revisions": 3} | (run_changes or {})
    agent = Agent(**STAKED | (agent_changes or {})) if known else None
    return claim_eligibility(
        Run(**run), agent, now, poster_is_operator=operator, market_allowed=allowed, paused=paused
    )


def test_claim_eligibility__all_well__is_zero():
    """RUN-5: 0 means eligible."""
    assert bits_of() == 0


@pytest.mark.parametrize(
    ("changes", "bit"),
    [
        ({"run_changes": {"state": RunState.CLAIMED}}, 0),
        ({"now": NOW + 1}, 1),
        ({"now": NOW + 2}, 1),
        ({"known": False}, 2),
        ({"agent_changes": {"frozen": True}}, 4),
        ({"agent_changes": {"strikes": 3}}, 5),
        ({"run_changes": {"min_status": AgentStatus.ESTABLISHED}}, 6),
        ({"agent_changes": {"locked": 1}}, 7),
        ({"operator": True}, 8),
        ({"allowed": False}, 9),
        ({"paused": True}, 10),
    ],
)
def test_claim_eligibility__one_reason__sets_its_bit_alone(changes, bit):
    """RUN-5: one bit a reason; the deadline counts from its very second on."""
    assert bits_of(**changes) == 1 << bit


def test_claim_eligibility__unverified__lacks_available_stake_too():
    """RUN-5: bits 3 and 7; UNVERIFIED is no PROVISIONAL that is too low."""
    run = {"min_status": AgentStatus.ESTABLISHED}
    assert bits_of(run, {"staked": MIN_STAKE - 1}) == 1 << 3 | 1 << 7


@pytest.mark.parametrize("state", [state for state in RunState if state != RunState.OPEN])
def test_claim_eligibility__any_other_state__is_not_open(state):
    """RUN-5: only OPEN runs can be claimed."""
    assert bits_of({"state": state}) == Ineligibility.RUN_NOT_OPEN


def test_claim_eligibility__established_where_asked__is_eligible():
    """RUN-5: status at least the run's minStatus."""
    assert bits_of({"min_status": AgentStatus.ESTABLISHED}, ESTABLISHED) == 0
    assert bits_of({}, ESTABLISHED) == 0


def test_claim_eligibility__unknown_agent__sets_no_bit_of_the_agent():
    """RUN-5: for an unknown agent only bits 0, 1, 2 and 10."""
    bits = bits_of(
        {"state": RunState.DRAFT},
        now=NOW + 9,
        known=False,
        operator=True,
        allowed=False,
        paused=True,
    )
    assert bits == 1 << 0 | 1 << 1 | 1 << 2 | 1 << 10


def test_claim_eligibility__all_combinations__are_independent_but_for_the_status():
    """RUN-5: at most one of bits 3, 4, 5; everything else as if it stood alone."""
    statuses = [
        ({}, 0),
        ({"staked": 0}, 1 << 3 | 1 << 7),
        ({"frozen": True}, 1 << 4),
        ({"strikes": 3, "frozen": True}, 1 << 5),
    ]
    for (agent, expected), not_open, late, operator, refused, paused, locked in itertools.product(
        statuses, *[[False, True]] * 6
    ):
        bits = bits_of(
            {"state": RunState.DRAFT if not_open else RunState.OPEN},
            agent | ({"locked": 1} if locked and agent.get("staked") != 0 else {}),
            now=NOW + late,
            operator=operator,
            allowed=not refused,
            paused=paused,
        )
        others = locked << 7 | operator << 8 | refused << 9 | paused << 10
        assert bits == expected | not_open | late << 1 | others, (agent, not_open, late, others)


def test_reasons__every_bit__has_a_code_and_a_sentence():
    """API-3: stable codes and sentences in the same order, lowest bit first."""
    found = reasons(sum(Ineligibility))
    assert [reason.code for reason in found] == [bit.name for bit in Ineligibility]
    assert [reason.code for reason in found][2:4] == ["AGENT_UNKNOWN", "AGENT_UNVERIFIED"]
    assert all(reason.sentence.endswith(".") for reason in found)
    assert len({reason.sentence for reason in found}) == 11
    assert reasons(0) == []


@pytest.mark.parametrize("unknown", [1 << 11, 1 << 255])
def test_reasons__bit_without_meaning__is_refused(unknown):
    """RUN-5: an answer with bits that are not used is not ours."""
    with pytest.raises(ValueError, match="unknown eligibility bits"):
        reasons(unknown)
