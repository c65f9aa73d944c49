"""Stake record of an agent, its status and its reputation (STAKE-5, RUN-22)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Final

from agentescrow.domain.constants import (
    BAN_STRIKES,
    ESTABLISHED_AFTER,
    ESTABLISHED_COMPLETIONS,
    MIN_STAKE,
)


class AgentStatus(IntEnum):
    """Status of an agent, in the contract's order (STAKE-5)."""

    UNVERIFIED = 0
    PROVISIONAL = 1
    ESTABLISHED = 2
    FROZEN = 3
    BANNED = 4


# Compare by membership, never by order: FROZEN and BANNED are greater than ESTABLISHED.
CLAIMING_STATUSES: Final = frozenset({AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED})


class Outcome(IntEnum):
    """Outcome that a market reports when it releases a lock (STAKE-3)."""

    NONE = 0
    COMPLETED = 1
    REJECTED = 2


@dataclass(frozen=True, slots=True)
class Agent:
    """Stake record of an agent, as `StakeRegistry.getAgent` returns it, in its order.

    Args:
        staked: Base units held for the agent, including locked ones.
        locked: Base units that back open claims and bonds.
        staked_at: Unix second since which `staked` is at least MIN_STAKE; 0 if it is less.
        claims: Number of claims, including abandoned ones, without bonds (STAKE-11).
        completions: Number of approved runs with a reward of at least 1 USDC.
        rejections: Number of rejected runs with a reward of at least 1 USDC.
        strikes: Number of slashes that count as strikes.
        frozen: Whether the agent has got a strike since its last deposit that unfreezes it.
    """

    staked: int = 0
    locked: int = 0
    staked_at: int = 0
    claims: int = 0
    completions: int = 0
    rejections: int = 0
    strikes: int = 0
    frozen: bool = False

    @property
    def available(self) -> int:
        """Base units that can be unstaked or locked (STAKE-2, STAKE-3)."""
        return self.staked - self.locked

    @property
    def has_min_stake(self) -> bool:
        """Whether the minimum stake is deposited, locked or not (STAKE-5)."""
        return self.staked >= MIN_STAKE


@dataclass(frozen=True, slots=True)
class LadderProgress:
    """Requirements that a PROVISIONAL agent lacks to be ESTABLISHED; both 0 once it is.

    Args:
        completions_missing: Approved runs still needed, if no further run is rejected.
        seconds_missing: Seconds still needed with at least MIN_STAKE staked.
    """

    completions_missing: int
    seconds_missing: int


def status_of(agent: Agent, now: int) -> AgentStatus:
    """Derive the status of an agent at a unix second; contracts do not store it (STAKE-5)."""
    if agent.strikes >= BAN_STRIKES:
        return AgentStatus.BANNED
    if agent.frozen:
        return AgentStatus.FROZEN
    if not agent.has_min_stake:
        return AgentStatus.UNVERIFIED
    if ladder_progress(agent, now) == LadderProgress(0, 0):
        return AgentStatus.ESTABLISHED
    return AgentStatus.PROVISIONAL


def can_claim_runs(agent: Agent, now: int) -> bool:
    """Check whether an agent may claim runs that its status allows, at a unix second (API-2)."""
    return status_of(agent, now) in CLAIMING_STATUSES and agent.available >= MIN_STAKE


def ladder_progress(agent: Agent, now: int) -> LadderProgress:
    """Compute what is missing for ESTABLISHED: 30 days, 5 completions, more than rejections.

    Args:
        agent: Stake record. Without MIN_STAKE, all 30 days are missing.
        now: Unix seconds.
    """
    completions_needed = max(ESTABLISHED_COMPLETIONS, agent.rejections + 1)
    seconds_staked = now - agent.staked_at if agent.has_min_stake else 0
    return LadderProgress(
        completions_missing=max(completions_needed - agent.completions, 0),
        seconds_missing=max(ESTABLISHED_AFTER - seconds_staked, 0),
    )


def reputation_score(agent: Agent) -> Decimal:
    """Compute 100 x (completions + 1) / (completions + rejections + strikes + 2) (RUN-22).

    Returns:
        0.00 to 100.00 with two decimals, rounded half up; 50.00 for a new agent.
    """
    outcomes = agent.completions + agent.rejections + agent.strikes + 2
    hundredths = (2 * 10_000 * (agent.completions + 1) + outcomes) // (2 * outcomes)
    return Decimal(hundredths).scaleb(-2)
