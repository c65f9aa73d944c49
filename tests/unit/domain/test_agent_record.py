"""The agent's record: status at every edge, what is missing for the next one, and reputation."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentescrow.domain.agent import (
    Agent,
    AgentStatus,
    LadderProgress,
    can_claim_runs,
    ladder_progress,
    reputation_score,
    status_of,
)
from agentescrow.domain.constants import DAY, MIN_STAKE

STAKED_AT = 1_750_000_000
ESTABLISHED_AT = STAKED_AT + 30 * DAY
GOOD = {"staked": MIN_STAKE, "staked_at": STAKED_AT, "completions": 5, "rejections": 4}


def test_agent_status__order__is_the_contracts():
    """STAKE-5: enum order UNVERIFIED, PROVISIONAL, ESTABLISHED, FROZEN, BANNED."""
    names = ["UNVERIFIED", "PROVISIONAL", "ESTABLISHED", "FROZEN", "BANNED"]
    assert [status.name for status in AgentStatus] == names
    assert [int(status) for status in AgentStatus] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("now", "change", "status"),
    [
        (ESTABLISHED_AT - 1, {}, AgentStatus.PROVISIONAL),
        (ESTABLISHED_AT, {}, AgentStatus.ESTABLISHED),
        (ESTABLISHED_AT + 1, {}, AgentStatus.ESTABLISHED),
        (ESTABLISHED_AT, {"completions": 4, "rejections": 0}, AgentStatus.PROVISIONAL),
        (ESTABLISHED_AT, {"rejections": 5}, AgentStatus.PROVISIONAL),
        (ESTABLISHED_AT, {"completions": 6, "rejections": 5}, AgentStatus.ESTABLISHED),
        (ESTABLISHED_AT, {"staked": MIN_STAKE - 1}, AgentStatus.UNVERIFIED),
        (ESTABLISHED_AT, {"locked": MIN_STAKE}, AgentStatus.ESTABLISHED),
        (ESTABLISHED_AT, {"strikes": 2}, AgentStatus.ESTABLISHED),
        (ESTABLISHED_AT, {"strikes": 2, "frozen": True}, AgentStatus.FROZEN),
        (ESTABLISHED_AT, {"frozen": True, "staked": 0}, AgentStatus.FROZEN),
        (ESTABLISHED_AT, {"strikes": 3}, AgentStatus.BANNED),
        (ESTABLISHED_AT, {"strikes": 255, "frozen": True, "staked": 0}, AgentStatus.BANNED),
    ],
)
def test_status_of__record_and_time__is_derived(now, change, status):
    """STAKE-5: BANNED, else FROZEN, else UNVERIFIED, else ESTABLISHED, else PROVISIONAL."""
    assert status_of(Agent(**GOOD | change), now) == status


def test_status_of__nothing_ever_staked__is_unverified():
    """STAKE-5: the record of an agent that never came here is all zeros."""
    assert status_of(Agent(), STAKED_AT) == AgentStatus.UNVERIFIED


@pytest.mark.parametrize(
    ("change", "can_claim"),
    [
        ({}, True),
        ({"locked": 1}, False),
        ({"staked": MIN_STAKE + 1, "locked": 1}, True),
        ({"staked": MIN_STAKE - 1}, False),
        ({"frozen": True}, False),
        ({"strikes": 3}, False),
    ],
)
def test_can_claim_runs__record__needs_status_and_available_stake(change, can_claim):
    """API-2, STAKE-4: PROVISIONAL or ESTABLISHED, and MIN_STAKE available."""
    assert can_claim_runs(Agent(**GOOD | change), STAKED_AT) is can_claim


@pytest.mark.parametrize(
    ("now", "change", "missing"),
    [
        (STAKED_AT, {}, LadderProgress(0, 30 * DAY)),
        (ESTABLISHED_AT - 1, {}, LadderProgress(0, 1)),
        (ESTABLISHED_AT + 1, {"completions": 0, "rejections": 0}, LadderProgress(5, 0)),
        (ESTABLISHED_AT, {"completions": 5, "rejections": 7}, LadderProgress(3, 0)),
        (ESTABLISHED_AT, {"staked": 0, "staked_at": 0}, LadderProgress(0, 30 * DAY)),
    ],
)
def test_ladder_progress__record_and_time__says_what_is_missing(now, change, missing):
    """STAKE-5: completions and seconds that the agent still needs for ESTABLISHED."""
    assert ladder_progress(Agent(**GOOD | change), now) == missing


@pytest.mark.parametrize(
    ("completions", "rejections", "strikes", "score"),
    [
        (0, 0, 0, "50.00"),
        (1, 0, 0, "66.67"),
        (0, 1, 0, "33.33"),
        (0, 0, 1, "33.33"),
        (5, 0, 0, "85.71"),
        (0, 0, 30, "3.13"),
        (2**24 - 1, 0, 0, "100.00"),
    ],
)
def test_reputation_score__counts__has_two_exact_decimals(completions, rejections, strikes, score):
    """RUN-22: 100 x (completions + 1) / (all + 2), half up; a newcomer starts at 50."""
    agent = Agent(completions=completions, rejections=rejections, strikes=strikes)
    assert str(reputation_score(agent)) == score


COUNTS = st.builds(
    Agent,
    completions=st.integers(0, 2**24 - 1),
    rejections=st.integers(0, 2**16 - 1),
    strikes=st.integers(0, 2**8 - 1),
)


@given(COUNTS)
def test_reputation_score__any_counts__is_the_nearest_hundredth(agent):
    """RUN-22: rounded from exact integers, never more than half a hundredth off."""
    score = reputation_score(agent)
    exact = Fraction(
        100 * (agent.completions + 1), agent.completions + agent.rejections + agent.strikes + 2
    )
    assert abs(Fraction(score) - exact) <= Fraction(1, 200)
    assert score.as_tuple().exponent == -2
    assert Decimal(0) <= score <= Decimal(100)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 3))
def test_reputation_score__one_more_approval__raises_it(completions, rejections, strikes):
    """RUN-22: every approval raises it, visibly in an agent's first tens of runs."""
    before = Agent(completions=completions, rejections=rejections, strikes=strikes)
    after = Agent(completions=completions + 1, rejections=rejections, strikes=strikes)
    assert reputation_score(after) > reputation_score(before)
