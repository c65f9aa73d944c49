"""Credits: payments that USDC refused, and their withdrawal (RUN-16)."""

from __future__ import annotations

from typing import Literal

from agentescrow.wire.relay import CallBody
from agentescrow.wire.shape import Address, Amount, SentAddress, Shape


class Credits(Shape):
    """Payments to an account that USDC refused and that are not withdrawn yet.

    There is one field for each contract that holds money, `agentescrow.domain.contracts.VAULTS`.

    Attributes:
        account: Account that is owed.
        run_escrow: Base units that RunEscrow owes it.
        stake_registry: Base units that StakeRegistry owes it.
    """

    account: Address
    run_escrow: Amount
    stake_registry: Amount


class WithdrawBody(CallBody):
    """Body of a withdrawal of all that a contract owes the account that signs.

    Attributes:
        contract: Contract that owes it.
        to: Account that gets the USDC; by default `walletAddress`.
    """

    contract: Literal["RunEscrow", "StakeRegistry"]
    to: SentAddress | None = None


class WithdrawAnswer(Shape):
    """Answer to a withdrawal that is mined and indexed.

    Attributes:
        success: True.
        credits: Credits that the account still has.
        message: Description of the outcome, as text.
    """

    success: Literal[True] = True
    credits: Credits
    message: str
