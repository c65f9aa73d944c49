"""An agent's stake record and what follows from it: status and reputation (STAKE-5, RUN-22)."""

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
    """The trust ladder, in the contract's enum order (STAKE-5)."""

    UNVERIFIED = 0
    PROVISIONAL = 1
    ESTABLISHED = 2
    FROZEN = 3
    BANNED = 4


# FROZEN and BANNED are greater than ESTABLISHED, so never compare by order: ask for membership.
CLAIMING_STATUSES: Final = frozenset({AgentStatus.PROVISIONAL, AgentStatus.ESTABLISHED})


class Outcome(IntEnum):
    """How a market ends a lock when it releases it (STAKE-3)."""

    NONE = 0
    COMPLETED = 1
    REJECTED = 2


@dataclass(frozen=True, slots=True)
class Agent:
    """What `StakeRegistry.getAgent` returns, in its order.

    Args:
        staked: Base units held for the agent, locked ones included.
        locked: Base units that back open claims and bonds.
        staked_at: Unix second since when `staked` has been MIN_STAKE or more, 0 if it is not.
        claims: Runs ever claimed; abandoned ones count too, bonds do not (STAKE-11).
        completions: Approved runs of at least 1 USDC.
        rejections: Rejected runs of at least 1 USDC.
        strikes: Slashes that were strikes.
        frozen: Struck since the last re-stake.
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
        """Base units that can be unstaked or locked anew (STAKE-2, STAKE-3)."""
        return self.staked - self.locked

    @property
    def has_min_stake(self) -> bool:
        """Whether the one-time stake is in place, locked or not (STAKE-5)."""
        return self.staked >= MIN_STAKE


@dataclass(frozen=True, slots=True)
class LadderProgress:
    """What a PROVISIONAL agent lacks to be ESTABLISHED; it is there when both are 0.

    Args:
        completions_missing: Approved runs still needed if no further one is rejected.
        seconds_missing: Time still needed with at least MIN_STAKE staked.
    """

    completions_missing: int
    seconds_missing: int


def status_of(agent: Agent, now: int) -> AgentStatus:
    """The status that the contract derives at a time; nothing of it is stored (STAKE-5).

    Args:
        agent: The record.
        now: Unix seconds.
    """
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
    """Whether the agent may claim a run that asks for no more than its own status (API-2).

    Args:
        agent: The record.
        now: Unix seconds.
    """
    return status_of(agent, now) in CLAIMING_STATUSES and agent.available >= MIN_STAKE


def ladder_progress(agent: Agent, now: int) -> LadderProgress:
    """What is missing for ESTABLISHED: 30 days, 5 completions, more completions than rejections.

    Args:
        agent: The record. Without MIN_STAKE the clock has not started: all 30 days are missing.
        now: Unix seconds.
    """
    completions_needed = max(ESTABLISHED_COMPLETIONS, agent.rejections + 1)
    seconds_staked = now - agent.staked_at if agent.has_min_stake else 0
    return LadderProgress(
        completions_missing=max(completions_needed - agent.completions, 0),
        seconds_missing=max(ESTABLISHED_AFTER - seconds_staked, 0),
    )


def reputation_score(agent: Agent) -> Decimal:
    """100 x (completions + 1) / (completions + rejections + strikes + 2), a newcomer has 50.00.

    Args:
        agent: The record.

    Returns:
        0.00 to 100.00 with exactly two decimals, rounded half up from exact integers (RUN-22).
    """
    outcomes = agent.completions + agent.rejections + agent.strikes + 2
    hundredths = (2 * 10_000 * (agent.completions + 1) + outcomes) // (2 * outcomes)
    return Decimal(hundredths).scaleb(-2)
