"""statusOf(agentId): the trust ladder.

given nothing staked, or an unknown agent
    it should be UNVERIFIED
given one less than the minimum
    it should be UNVERIFIED, whatever the record says
given the minimum
    it should be PROVISIONAL
    when all conditions of ESTABLISHED hold
        it should be ESTABLISHED
    when one of them does not hold
        it should be PROVISIONAL (30 days; 5 completions; more completions than rejections)
    when all of the stake is locked
        it should be the same
given the agent is frozen
    it should be FROZEN, whatever else holds
given two strikes and a re-stake
    it should be on the ladder again
given three strikes
    it should be BANNED, frozen or not, and for ever
given a re-stake
    it should be ESTABLISHED 30 days later, completions kept
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import COMPLETIONS_MAX, DAY, MIN_STAKE, REJECTIONS_MAX
from tests.contracts.outcome import reverting

UNKNOWN_ID = 2**31
MONTH = 30 * DAY

UNVERIFIED, PROVISIONAL, ESTABLISHED, FROZEN, BANNED = AgentStatus


@pytest.fixture
def since(registry, agent_id):
    """When the agent's clock began."""
    return registry.getAgent(agent_id).stakedAt


@pytest.fixture
def established(write_record, agent_id, since, clock):
    """An agent that has everything."""
    write_record(agent_id, completions=5)
    clock.mine(at=since + MONTH)
    return agent_id


@pytest.mark.parametrize("which", ["newcomer", "unknown"])
def test_status_of__nothing_staked__is_unverified(registry, newcomer_id, which):
    """STAKE-5."""
    assert registry.statusOf(newcomer_id if which == "newcomer" else UNKNOWN_ID) == UNVERIFIED


def test_status_of__one_less_than_the_minimum__is_unverified(
    registry, agent, agent_id, established
):
    """STAKE-5."""
    registry.unstake(agent_id, 1, agent, sender=agent)

    assert registry.statusOf(agent_id) == UNVERIFIED


def test_status_of__minimum__is_provisional(registry, agent_id):
    """STAKE-5."""
    assert registry.statusOf(agent_id) == PROVISIONAL


@pytest.mark.parametrize(
    ("seconds", "status"), [(-1, PROVISIONAL), (0, ESTABLISHED), (1, ESTABLISHED)]
)
def test_status_of__around_30_days__changes_at_the_second(
    registry, agent_id, write_record, since, clock, seconds, status
):
    """STAKE-5, RUN-0."""
    write_record(agent_id, completions=5)
    clock.mine(at=since + MONTH + seconds)

    assert registry.statusOf(agent_id) == status


@pytest.mark.parametrize(
    ("completions", "rejections", "status"),
    [
        (4, 0, PROVISIONAL),
        (5, 0, ESTABLISHED),
        (5, 4, ESTABLISHED),
        (5, 5, PROVISIONAL),
        (5, 6, PROVISIONAL),
        (6, 5, ESTABLISHED),
        (COMPLETIONS_MAX, REJECTIONS_MAX, ESTABLISHED),
        (0, 0, PROVISIONAL),
    ],
)
def test_status_of__outcomes__decide(
    registry, agent_id, write_record, since, clock, completions, rejections, status
):
    """STAKE-5."""
    write_record(agent_id, completions=completions, rejections=rejections)
    clock.mine(at=since + MONTH)

    assert registry.statusOf(agent_id) == status


def test_status_of__all_locked__is_the_same(registry, locked, agent_id):
    """STAKE-5: the status asks for what is staked, a claim for what is available."""
    locked()

    assert registry.availableStake(agent_id) == 0
    assert registry.statusOf(agent_id) == PROVISIONAL


def test_status_of__frozen_with_everything_else__is_frozen(registry, established, write_record):
    """STAKE-5, STAKE-6."""
    assert registry.statusOf(established) == ESTABLISHED

    write_record(established, frozen=1, strikes=1)

    assert registry.statusOf(established) == FROZEN


def test_status_of__frozen_below_the_minimum__is_frozen(registry, slashed):
    """STAKE-5: FROZEN comes before UNVERIFIED."""
    frozen = slashed()

    assert registry.getAgent(frozen).staked == 0
    assert registry.statusOf(frozen) == FROZEN


@pytest.mark.parametrize(
    ("strikes", "frozen", "status"),
    [
        (2, 0, ESTABLISHED),
        (2, 1, FROZEN),
        (3, 0, BANNED),
        (3, 1, BANNED),
        (4, 1, BANNED),
        (255, 0, BANNED),
    ],
)
def test_status_of__strikes__ban_from_the_third(
    registry, established, write_record, strikes, frozen, status
):
    """STAKE-5."""
    write_record(established, strikes=strikes, frozen=frozen)

    assert registry.statusOf(established) == status


def test_status_of__slashed_and_staked_again_twice__is_banned_by_the_third(
    registry, agent, slashed
):
    """STAKE-5, STAKE-6: strikes are never forgiven."""
    for status in (FROZEN, FROZEN):
        identifier = slashed()
        assert registry.statusOf(identifier) == status
        registry.stake(identifier, MIN_STAKE, sender=agent)
        assert registry.statusOf(identifier) == PROVISIONAL
    slashed()

    assert registry.statusOf(identifier) == BANNED
    with reverting(registry.AgentIsBanned, agentId=identifier, strikes=3):
        registry.stake(identifier, MIN_STAKE, sender=agent)


def test_status_of__staked_again_30_days_ago__is_established_by_its_old_completions(
    registry, agent, locked, established, market, poster, clock
):
    """STAKE-6: a re-stake restarts the clock, and keeps the completions."""
    identifier = locked()
    registry.slash(identifier, MIN_STAKE, 1, poster, True, sender=market)
    tx = registry.stake(identifier, MIN_STAKE, sender=agent)

    clock.mine(at=tx.timestamp + MONTH - 1)
    assert registry.statusOf(identifier) == PROVISIONAL
    clock.mine(at=tx.timestamp + MONTH)
    assert registry.statusOf(identifier) == ESTABLISHED
