"""Raw logs to events."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic
from hexbytes import HexBytes
from web3 import Web3
from web3.contract import Contract as Web3Contract
from web3.types import LogReceipt

from agentescrow.chain.abis import abi_of, entries
from agentescrow.chain.events import TYPES, Event, OtherEvent

# Web3 without a node is enough to decode.
_OFFLINE = Web3()


def snake_case(name: str) -> str:
    """Turn the name of an ABI parameter into that of a Python field: deliverableURI, from."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return f"{words}_" if keyword.iskeyword(words) else words


def decode_event(contract: str, log: LogReceipt) -> Event | None:
    """Read a log of a known kind of contract.

    Args:
        contract: Its name, one of `abis.NAMES`.
        log: As `eth_getLogs` or a receipt has it.

    Returns:
        The typed event, `OtherEvent` where there is no type for it, None where the ABI does not
        know it.
    """
    topics = [HexBytes(topic) for topic in log["topics"]]
    name = _names(contract).get((bytes(topics[0]), len(topics))) if topics else None
    if name is None:
        return None
    args: Mapping[str, Any] = _codec(contract).events[name]().process_log(log)["args"]
    kind = TYPES[contract].get(name)
    if kind is None:
        return OtherEvent(name, dict(args))
    return kind(**{snake_case(key): value for key, value in args.items()})


def decode_events(kinds: Mapping[str, str], logs: Iterable[LogReceipt]) -> tuple[Event, ...]:
    """Read the logs that known contracts emitted, in their order; others are left out.

    Args:
        kinds: The contract's name by its address in lower case.
        logs: As a receipt has them.
    """
    events = []
    for log in logs:
        kind = kinds.get(str(log["address"]).lower())
        event = decode_event(kind, log) if kind else None
        if event is not None:
            events.append(event)
    return tuple(events)


@cache
def _codec(contract: str) -> type[Web3Contract]:
    return _OFFLINE.eth.contract(abi=abi_of(contract))


@cache
def _names(contract: str) -> dict[tuple[bytes, int], str]:
    """Events by topic and number of topics, which tells an ERC-20's Transfer from an ERC-721's."""
    return {
        (
            bytes(event_abi_to_log_topic(cast(ABIEvent, event))),
            1 + sum(i["indexed"] for i in event["inputs"]),
        ): event["name"]
        for event in entries(contract, "event")
    }
