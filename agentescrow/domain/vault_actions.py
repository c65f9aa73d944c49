"""Actions of all contracts that hold USDC."""

from __future__ import annotations

from typing import Any, Final

from agentescrow.domain.actions import Action, Relaying

WITHDRAW: Final[Action[Any]] = Action(
    "withdrawCredit(to)",
    "Withdraw a payout that USDC refused (RUN-16).",
    "CreditWithdrawn",
    Relaying.PAYS,
)
PERMIT: Final[Action[Any]] = Action(
    "selfPermit(amount, deadline, signature)",
    "Approve the contract by an EIP-2612 permit, in front of the call that it pays for.",
    "Approval",
    Relaying.KNOWN,
)
