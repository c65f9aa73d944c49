"""List the markets of a StakeRegistry from its events, as no view lists them."""

from __future__ import annotations

from typing import Final

from eth_abi.abi import decode
from eth_utils.abi import event_abi_to_log_topic
from eth_utils.address import to_checksum_address
from web3.types import FilterParams

from agentescrow.chain.abis import entries
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.reverts import translated_errors

_EVENTS: Final = {"MarketAdded": "active", "MarketRetired": "retired"}


def markets_of(contracts: Contracts) -> dict[str, str]:
    """List all markets as "active" or "retired", in the order in which they were added.

    Raises:
        NodeRefused: The node does not search so many blocks at once.
    """
    states = {_topic(name): state for name, state in _EVENTS.items()}
    wanted: FilterParams = {
        "address": contracts.registry.address,
        "fromBlock": contracts.deployment.block,
        "topics": [list(states)],
    }
    with translated_errors():
        logs = contracts.w3.eth.get_logs(wanted)
    found: dict[str, str] = {}
    for log in logs:
        (market,) = decode(["address"], log["topics"][1])
        found[to_checksum_address(market)] = states[log["topics"][0].to_0x_hex()]
    return found


def _topic(event: str) -> str:
    entry = next(each for each in entries("StakeRegistry", "event") if each["name"] == event)
    return f"0x{event_abi_to_log_topic(entry).hex()}"  # type: ignore[arg-type]
