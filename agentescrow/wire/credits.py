"""What USDC refused to pay an account, and its withdrawal."""

from __future__ import annotations

from typing import Literal

from agentescrow.wire.relay import Action
from agentescrow.wire.shape import Address, Amount, SentAddress, Shape


class Credits(Shape):
    """Payouts that USDC refused and their owner has not withdrawn yet, base units (RUN-16).

    Attributes:
        account: Whose.
        run_escrow: What RunEscrow owes it.
        stake_registry: What StakeRegistry owes it.
    """

    account: Address
    run_escrow: Amount
    stake_registry: Amount


class WithdrawBody(Action):
    """All that a contract owes to who signs.

    Attributes:
        contract: Which owes it.
        to: Receiver, whom USDC pays; `walletAddress` where it is absent.
    """

    contract: Literal["RunEscrow", "StakeRegistry"]
    to: SentAddress | None = None


class WithdrawAnswer(Shape):
    """A credit that was withdrawn, which is indexed.

    Attributes:
        success: True.
        credits: What the account is still owed.
        message: The same for people.
    """

    success: Literal[True] = True
    credits: Credits
    message: str
