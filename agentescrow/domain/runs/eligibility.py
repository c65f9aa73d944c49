"""Eligibility of an agent to claim a run: one bit for each reason against it (RUN-5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from agentescrow.domain.agent import Agent, AgentStatus, status_of
from agentescrow.domain.constants import MIN_STAKE
from agentescrow.domain.money import format_usdc
from agentescrow.domain.runs.run import Run, RunState


class Ineligibility(IntFlag):
    """Bits of `RunEscrow.claimEligibility`; 0 means eligible."""

    RUN_NOT_OPEN = 1 << 0
    DEADLINE_PASSED = 1 << 1
    AGENT_UNKNOWN = 1 << 2
    AGENT_UNVERIFIED = 1 << 3
    AGENT_FROZEN = 1 << 4
    AGENT_BANNED = 1 << 5
    STATUS_TOO_LOW = 1 << 6
    INSUFFICIENT_STAKE = 1 << 7
    SELF_CLAIM = 1 << 8
    MARKET_NOT_ALLOWED = 1 << 9
    PAUSED = 1 << 10


_OF_STATUS: Final = {
    AgentStatus.UNVERIFIED: Ineligibility.AGENT_UNVERIFIED,
    AgentStatus.FROZEN: Ineligibility.AGENT_FROZEN,
    AgentStatus.BANNED: Ineligibility.AGENT_BANNED,
}

_MIN_STAKE_TEXT: Final = f"{format_usdc(MIN_STAKE)} USDC"
_SENTENCES: Final = {
    Ineligibility.RUN_NOT_OPEN: "The run is not OPEN.",
    Ineligibility.DEADLINE_PASSED: "The run's deadline has passed.",
    Ineligibility.AGENT_UNKNOWN: "The agent is not registered in the identity registry.",
    Ineligibility.AGENT_UNVERIFIED: f"The agent has less than {_MIN_STAKE_TEXT} staked.",
    Ineligibility.AGENT_FROZEN: (
        f"The agent is frozen after a slash; a deposit of at least {_MIN_STAKE_TEXT} unfreezes it."
    ),
    Ineligibility.AGENT_BANNED: "The agent is banned.",
    Ineligibility.STATUS_TOO_LOW: "The run asks for an ESTABLISHED agent.",
    Ineligibility.INSUFFICIENT_STAKE: (
        f"The agent has less than {_MIN_STAKE_TEXT} of stake that no other claim has locked."
    ),
    Ineligibility.SELF_CLAIM: "The run's poster is an operator of the agent.",
    Ineligibility.MARKET_NOT_ALLOWED: (
        f"The escrow may not lock {_MIN_STAKE_TEXT} of the agent's stake: "
        "the agent's owner has not allowed it so much, or it is a retired market."
    ),
    Ineligibility.PAUSED: "New claims are paused.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason against a claim.

    Args:
        code: Stable name of the bit, such as "SELF_CLAIM".
        sentence: Description, as text.
    """

    code: str
    sentence: str


def claim_eligibility(
    run: Run,
    agent: Agent | None,
    now: int,
    *,
    poster_is_operator: bool,
    market_allowed: bool,
    paused: bool,
) -> Ineligibility:
    """Collect the reasons for which claimRun would revert, except those about the caller (RUN-5).

    At most one of the three status bits is set; the others are independent of each other.

    Args:
        run: Run to claim.
        agent: Stake record of the agent; None if the identity registry does not know the agent,
            and then only the bits of run, deadline, agent and pause can be set.
        now: Unix seconds.
        poster_is_operator: Whether the run's poster is an operator of the agent.
        market_allowed: Whether the registry lets the escrow lock MIN_STAKE of this agent, if it is
            available (STAKE-9).
        paused: Whether the escrow is paused.
    """
    bits = Ineligibility(0)
    if run.state != RunState.OPEN:
        bits |= Ineligibility.RUN_NOT_OPEN
    if now >= run.deadline:
        bits |= Ineligibility.DEADLINE_PASSED
    if paused:
        bits |= Ineligibility.PAUSED
    if agent is None:
        return bits | Ineligibility.AGENT_UNKNOWN

    status = status_of(agent, now)
    bits |= _OF_STATUS.get(status, Ineligibility(0))
    if status == AgentStatus.PROVISIONAL and run.min_status == AgentStatus.ESTABLISHED:
        bits |= Ineligibility.STATUS_TOO_LOW
    if agent.available < MIN_STAKE:
        bits |= Ineligibility.INSUFFICIENT_STAKE
    if poster_is_operator:
        bits |= Ineligibility.SELF_CLAIM
    if not market_allowed:
        bits |= Ineligibility.MARKET_NOT_ALLOWED
    return bits


def reasons(bits: int) -> list[Reason]:
    """List the reasons of an answer of the contract, lowest bit first.

    Raises:
        ValueError: An unknown bit is set, so the answer is of another contract.
    """
    known = sum(Ineligibility)
    if bits & ~known:
        raise ValueError(f"{bits:#x} has unknown eligibility bits; {known:#x} are known")
    return [Reason(bit.name or "", _SENTENCES[bit]) for bit in Ineligibility if bit & bits]
