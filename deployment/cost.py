"""Estimate the cost of a deployment in ETH: gas, and on OP Stack chains the L1 data fee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eth_abi.exceptions import DecodingError
from web3 import Web3
from web3.exceptions import Web3Exception

from deployment.plan import Plan

ORACLE: Final = "0x420000000000000000000000000000000000000F"
"""GasPriceOracle, at this address on every OP Stack chain."""

_CREATION_GAS: Final = 53_000  # base cost of a creation
_GAS_PER_BYTE: Final = 200 + 16  # stored as code, and sent as data
_CONSTRUCTOR_GAS: Final = 300_000  # an upper bound, including storage and events
_ENVELOPE_BYTES: Final = 100  # nonce, fees, gas and signature around the data
_MARGIN: Final = 2
"""Prices may double before the last transaction is mined."""

_ORACLE_ABI: Final[list[dict[str, Any]]] = [
    {
        "type": "function",
        "stateMutability": "view",
        "name": "getL1FeeUpperBound",
        "inputs": [{"name": "unsignedTxSize", "type": "uint256"}],
        "outputs": [{"name": "", "type": "uint256"}],
    }
]


@dataclass(frozen=True, slots=True)
class Cost:
    """Remaining cost of a deployment, in wei.

    Attributes:
        gas: Upper bound in units of gas.
        execution: Cost of that gas at the present price.
        data: Upper bound of the L1 data fee at the present price; 0 without one, None if unknown.
    """

    gas: int
    execution: int
    data: int | None

    @property
    def needed(self) -> int:
        """Balance that the deployer should have, with a margin."""
        return (self.execution + (self.data or 0)) * _MARGIN

    def describe(self) -> str:
        """Describe the cost in ETH, on one line."""
        data = "an unknown fee" if self.data is None else f"{_ether(self.data)} ETH"
        for_data = "" if self.data == 0 else f" and {data} for data on Ethereum"
        return (
            f"at most {self.gas:,} gas, {_ether(self.execution)} ETH{for_data} at present prices, "
            f"which may rise {_MARGIN}-fold"
        )


def cost_of(w3: Web3, plan: Plan) -> Cost:
    """Estimate the cost of the steps that are not on the chain yet."""
    sizes = [len(step.init_code) for step in plan.steps if not w3.eth.get_code(step.address)]
    gas = sum(_CREATION_GAS + _CONSTRUCTOR_GAS + _GAS_PER_BYTE * size for size in sizes)
    return Cost(gas, gas * w3.eth.gas_price, _data_fee(w3, sizes))


def _data_fee(w3: Web3, sizes: list[int]) -> int | None:
    oracle = Web3.to_checksum_address(ORACLE)
    if not w3.eth.get_code(oracle):
        return 0
    ask = w3.eth.contract(oracle, abi=_ORACLE_ABI).functions.getL1FeeUpperBound
    try:
        return sum(int(ask(size + _ENVELOPE_BYTES).call(ccip_read_enabled=False)) for size in sizes)
    except (Web3Exception, DecodingError, ValueError):  # an oracle from before the Fjord upgrade
        return None


def _ether(wei: int) -> str:
    return f"{Web3.from_wei(wei, 'ether'):.6f}"
