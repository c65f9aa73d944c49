"""Whether an agent may claim a run."""

from __future__ import annotations

from typing import Annotated, Final

from agentescrow.domain.runs.eligibility import Ineligibility
from agentescrow.wire.agents import Status
from agentescrow.wire.runs import State
from agentescrow.wire.shape import Amount, Column, Shape

_NOT_FOUND: Final = Ineligibility.AGENT_UNKNOWN
_NOT_NOW: Final = Ineligibility.RUN_NOT_OPEN | Ineligibility.DEADLINE_PASSED | Ineligibility.PAUSED


class EligibleAgent(Shape):
    """The agent of an eligibility check.

    Attributes:
        id: Number of the agent.
        status: Status of the agent.
        staked_amount: Base units, including locked stake.
        has_min_stake: Whether the minimum stake is deposited.
    """

    id: int
    status: Status
    staked_amount: Annotated[Amount, Column("staked")]
    has_min_stake: bool


class EligibleRun(Shape):
    """The run of an eligibility check.

    Attributes:
        id: Number of the run.
        state: State of the run.
        reward: Payment to the agent, in base units.
    """

    id: int
    state: State
    reward: Amount


class Eligibility(Shape):
    """Answer of the contract's `claimEligibility` at the indexed block.

    Attributes:
        eligible: Whether the agent may claim the run.
        reasons: One sentence for each reason against it.
        reason_codes: Stable names of the reasons, in the same order.
        agent: Agent that would claim.
        run: Run that would be claimed.
    """

    eligible: bool
    reasons: list[str]
    reason_codes: list[str]
    agent: EligibleAgent
    run: EligibleRun


def status_of_claim(bits: Ineligibility) -> int:
    """Give the HTTP status of the reasons against a claim: 404, else 400, else 403.

    Args:
        bits: At least one reason.
    """
    return 404 if bits & _NOT_FOUND else 400 if bits & _NOT_NOW else 403
