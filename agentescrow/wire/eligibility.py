"""May this agent claim this run?"""

from __future__ import annotations

from agentescrow.wire.shape import Amount, Shape, State, Status


class EligibleAgent(Shape):
    """The agent that was asked about.

    Attributes:
        id: Number.
        status: Its place on the trust ladder.
        staked_amount: Base units, locked ones included.
        has_min_stake: Whether the one-time stake is there.
    """

    id: int
    status: Status
    staked_amount: Amount
    has_min_stake: bool


class EligibleRun(Shape):
    """The run that was asked about.

    Attributes:
        id: Number.
        state: Where it is.
        reward: Base units.
    """

    id: int
    state: State
    reward: Amount


class Eligibility(Shape):
    """The contract's answer at the indexed block.

    Attributes:
        eligible: Whether nothing speaks against it.
        reasons: Sentences, one for each reason.
        reason_codes: The stable names of the reasons, in the same order.
        agent: Who would claim.
        run: What would be claimed.
    """

    eligible: bool
    reasons: list[str]
    reason_codes: list[str]
    agent: EligibleAgent
    run: EligibleRun
