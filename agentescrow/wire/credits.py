"""What USDC refused to pay an account."""

from __future__ import annotations

from agentescrow.wire.shape import Address, Amount, Shape


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
