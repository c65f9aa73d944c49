"""What the relayer's owner pays for, at most."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from agentescrow.chain.fees import max_fee_on
from agentescrow.errors import InvalidInput
from agentescrow.relayer.budget import GWEI, Budget

_ETH: Final = 10**9
"""In gwei."""

_GWEI_END: Final = 2**62

_CHEAP: Final = Budget(hour=_ETH // 500, day=_ETH // 50)
_BUDGETS: Final = {8453: _CHEAP, 84532: _CHEAP}  # Base and Base Sepolia: thousands of calls an hour
_BUDGET: Final = Budget(hour=_ETH, day=10 * _ETH)


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """Limits of what is accepted and spent.

    Args:
        pending_per_signer: Requests of one signer that may wait at a time.
        per_signer: Requests of one signer within `per_seconds`.
        per_seconds: Seconds.
        gas: Most gas that a request may ask for.
        data_bytes: Most bytes that a request's call may have.
        valid_seconds: How long ahead a request's deadline may lie.
        spare_seconds: How long a request must be valid yet, so that it is mined in time.
        drafts: Whether what costs its sender nothing is relayed for strangers too.
        max_fee: Most wei a gas that is ever offered; the default of the chain where None.
        gwei_per_hour: Most that is spent within an hour for all; the chain's default where None.
        gwei_per_day: The same within a day.
    """

    pending_per_signer: int = 16
    per_signer: int = 60
    per_seconds: int = 60
    gas: int = 1_000_000
    data_bytes: int = 8_192
    valid_seconds: int = 86_400
    spare_seconds: int = 30
    drafts: bool = True
    max_fee: int | None = None
    gwei_per_hour: int | None = None
    gwei_per_day: int | None = None

    def max_fee_on(self, chain_id: int) -> int:
        """Most wei a gas that is ever offered.

        Args:
            chain_id: The chain.
        """
        return max_fee_on(chain_id) if self.max_fee is None else self.max_fee

    def budget_on(self, chain_id: int) -> Budget:
        """Most that is spent for all signers together.

        Args:
            chain_id: The chain.
        """
        usual = _BUDGETS.get(chain_id, _BUDGET)
        hour = usual.hour if self.gwei_per_hour is None else self.gwei_per_hour
        return Budget(hour, usual.day if self.gwei_per_day is None else self.gwei_per_day)

    def cost(self, gas: int, base_fee: int, tip: int, chain_id: int) -> int:
        """What a transaction costs at most, with the fees that it is sent with first.

        Args:
            gas: Its limit.
            base_fee: Of the latest block, wei a gas.
            tip: What the node thinks is good, wei a gas.
            chain_id: The chain.

        Returns:
            Gwei, rounded up.
        """
        return gwei_of(gas * min(2 * base_fee + tip, self.max_fee_on(chain_id)))


def gwei_in(eth: str, field: str) -> int:
    """Read an amount of ETH as people write it.

    Args:
        eth: With at most nine digits after the point.
        field: What it is called where it came from.

    Returns:
        Gwei.

    Raises:
        InvalidInput: It is none.
    """
    try:
        gwei = Decimal(eth) * _ETH
        if gwei == int(gwei) and 0 <= gwei < _GWEI_END:
            return int(gwei)
    except (ArithmeticError, ValueError):  # no number; one that is infinite, or too long
        pass
    raise InvalidInput(field, eth, "ETH: 0 or more, at most nine digits after the point")


def gwei_of(wei: int) -> int:
    """Gwei, rounded up.

    Args:
        wei: Amount.
    """
    return -(-wei // GWEI)
