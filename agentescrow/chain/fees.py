"""What a transaction offers for gas: what the node thinks is good, and never more than is allowed.

Whoever answers for the node could make an account offer all its ETH for one call.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Final

from web3 import Web3
from web3.types import TxParams, Wei

from agentescrow.chain.reverts import checked_answers, translated_errors
from agentescrow.errors import InvalidInput, NodeRefused, TooExpensive

GWEI: Final = 10**9
TRANSACTION_GAS_MAX: Final = 16_777_216
"""Gas of a transaction at most, by the rules of the chain (EIP-7825)."""

CALL_GAS_MAX: Final = 2_000_000
"""Gas of a call of our contracts at most; the dearest takes a fifth."""

BUDGET: Final = "wei for gas"
"""What `TooExpensive` is about where a `GasBudget` is used up."""

_ETHER: Final = 10**18
_MAX_FEES: Final = {
    8453: 5 * GWEI,
    84532: 5 * GWEI,
}  # Base and Base Sepolia: a thousand times usual
_MAX_FEE: Final = 100 * GWEI
_END: Final = 2**96
_DIGITS: Final = 60  # more than any amount below the end has


class GasBudget:
    """What transactions may offer for gas, all together, until it is filled anew."""

    def __init__(self, wei: int | None = None) -> None:
        """Fill it.

        Args:
            wei: So much may be offered; without a limit where None.
        """
        self.left = wei

    def take(self, tx: TxParams) -> None:
        """Set aside what a transaction offers: its gas at its fee, which is what it costs at most.

        Args:
            tx: With gas and `maxFeePerGas`.

        Raises:
            TooExpensive: It offers more than is left.
        """
        if self.left is None:
            return
        cost = tx["gas"] * int(tx["maxFeePerGas"])
        if cost > self.left:
            raise TooExpensive(BUDGET, cost, self.left)
        self.left -= cost


def max_fee_on(chain_id: int) -> int:
    """Wei a gas that are offered at most where nobody says otherwise."""
    return _MAX_FEES.get(chain_id, _MAX_FEE)


def wei_of(gwei: Decimal | str, field: str) -> int:
    """Read a fee as people write it.

    Args:
        gwei: A billion wei; more than none, with at most nine digits after the point.
        field: What it is called where it came from.

    Raises:
        InvalidInput: It is none.
    """
    wei = _whole(gwei, GWEI)
    if wei is None:
        words = "gwei a gas: more than 0, at most nine digits after the point"
        raise InvalidInput(field, gwei, words)
    return wei


def wei_in(eth: Decimal | str, field: str) -> int:
    """Read an amount of ETH as people write it.

    Args:
        eth: More than none, with at most 18 digits after the point.
        field: What it is called where it came from.

    Raises:
        InvalidInput: It is none.
    """
    wei = _whole(eth, _ETHER)
    if wei is None:
        raise InvalidInput(field, eth, "ETH: more than 0, at most 18 digits after the point")
    return wei


def _whole(text: Decimal | str, unit: int) -> int | None:
    """Wei of an amount that people write in a unit; None where it is no such amount."""
    try:
        with localcontext(prec=_DIGITS):
            wei = Decimal(text) * unit
            return int(wei) if wei == int(wei) and 0 < wei < _END else None
    except (ArithmeticError, ValueError):  # no number; one that is infinite, or too long
        return None


def priced(w3: Web3, tx: TxParams, chain_id: int, max_fee: int | None) -> TxParams:
    """Add EIP-1559 fees that stay good for several full blocks, if they are allowed.

    Args:
        tx: With its gas, where that is known; fees that are there stay, if they are allowed.
        chain_id: The chain that the transaction is for.
        max_fee: Wei a gas that may be offered; the chain's default where None.

    Raises:
        TooExpensive: The node asks for more than is allowed.
        NodeRefused: What it asks for makes no sense.
    """
    allowed = max_fee_on(chain_id) if max_fee is None else max_fee
    require_gas(tx.get("gas", 0), TRANSACTION_GAS_MAX)
    if "maxFeePerGas" in tx:
        given = int(tx["maxFeePerGas"])
        if given > allowed:
            raise TooExpensive("wei a gas", given, allowed)
        return tx
    with translated_errors(), checked_answers():
        base_fee = int(w3.eth.get_block("latest").get("baseFeePerGas") or 0)
        tip = Wei(int(w3.eth.max_priority_fee))
    if base_fee < 0 or tip < 0:
        raise NodeRefused(f"the node's fees make no sense: {base_fee} and {tip} wei a gas")
    if base_fee + tip > allowed:
        raise TooExpensive("wei a gas", base_fee + tip, allowed)
    offered = Wei(min(2 * base_fee + tip, allowed))
    return {**tx, "maxPriorityFeePerGas": tip, "maxFeePerGas": offered}


def tip_of(gas_price: int, base_fee: int) -> int:
    """The tip that a gas price has in it, wei a gas: for nodes that do not say what tip is good.

    Args:
        gas_price: Wei a gas, as the node thinks is good.
        base_fee: Wei a gas, of its latest block.
    """
    return max(gas_price - base_fee, 0)


def require_gas(asked: int, allowed: int) -> None:
    """Make sure that a transaction takes no more gas than it may.

    Args:
        asked: By the node's estimate.

    Raises:
        TooExpensive: It takes more.
    """
    if asked > allowed:
        raise TooExpensive("gas", asked, allowed)
