"""Raw logs to events."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, cast

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.registry import registry
from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.types import LogReceipt

from agentescrow.chain.abis import entries
from agentescrow.chain.events import TYPES, Event, OtherEvent

_HASHED: Final = ("string", "bytes")  # of these an indexed parameter is the hash alone


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
    topics = [bytes(HexBytes(topic)) for topic in log["topics"]]
    return read_event(contract, topics, bytes(HexBytes(log["data"])))


def read_event(contract: str, topics: Sequence[bytes], data: bytes) -> Event | None:
    """Read the bytes of a log; `decode_event` for those who have them already.

    Args:
        contract: Its name, one of `abis.NAMES`.
        topics: 32 bytes each.
        data: The rest.
    """
    reader = _readers(contract).get((topics[0], len(topics))) if topics else None
    return reader.read(topics, data) if reader else None


def topics_of(contract: str) -> list[bytes]:
    """The first topics of all events of a contract that have a type.

    Args:
        contract: Its name, one of `abis.NAMES`.
    """
    return [topic for (topic, _), reader in _readers(contract).items() if reader.kind is not None]


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


class _Reader:
    """Reads one kind of event."""

    def __init__(self, contract: str, abi: Mapping[str, Any]) -> None:
        self.name = str(abi["name"])
        self.kind = TYPES[contract].get(self.name)
        inputs = abi["inputs"]
        self._names = [parameter["name"] for parameter in inputs]
        self._in_topics = [_topic_type(parameter) for parameter in inputs if parameter["indexed"]]
        self._in_data = [p["type"] for p in inputs if not p["indexed"]]
        # Topics come first; where each parameter is in the two together.
        indexed = [n for n, parameter in enumerate(inputs) if parameter["indexed"]]
        plain = [n for n, parameter in enumerate(inputs) if not parameter["indexed"]]
        self._order = [[*indexed, *plain].index(n) for n in range(len(inputs))]
        self._addresses = [n for n, p in enumerate(inputs) if p["type"] == "address"]

    def read(self, topics: Sequence[bytes], data: bytes) -> Event:
        # Indexed words in a row are what ABI coding makes of a tuple.
        found = [
            *_codec().decode(self._in_topics, b"".join(topics[1:])),
            *_codec().decode(self._in_data, data),
        ]
        values = [found[n] for n in self._order]
        for n in self._addresses:
            values[n] = checksummed(values[n])
        if self.kind is None:
            return OtherEvent(self.name, dict(zip(self._names, values, strict=True)))
        return self.kind(*values)


def _topic_type(parameter: Mapping[str, Any]) -> str:
    return "bytes32" if parameter["type"] in _HASHED else str(parameter["type"])


@lru_cache(maxsize=1 << 16)
def checksummed(address: str) -> str:
    """An address in checksum case; of many, most come again."""
    return str(to_checksum_address(address))


@cache
def _codec() -> ABICodec:
    """Reads text that is no UTF-8 too: anybody may put any bytes into a URI."""
    lenient = registry.copy()  # type: ignore[no-untyped-call]
    lenient.unregister_decoder("string")
    replacing = StringDecoder(handle_string_errors="replace")  # type: ignore[no-untyped-call]
    lenient.register_decoder("string", replacing)
    return ABICodec(lenient)


@cache
def _readers(contract: str) -> dict[tuple[bytes, int], _Reader]:
    """Events by topic and number of topics, which tells an ERC-20's Transfer from an ERC-721's."""
    return {
        (
            bytes(event_abi_to_log_topic(cast(ABIEvent, event))),
            1 + sum(i["indexed"] for i in event["inputs"]),
        ): _Reader(contract, event)
        for event in entries(contract, "event")
    }
