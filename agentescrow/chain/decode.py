"""Decode logs to events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, cast

from eth_abi.decoding import (
    AddressDecoder,
    BaseDecoder,
    ContextFramesBytesIO,
    StringDecoder,
    TupleDecoder,
)
from eth_abi.exceptions import InsufficientDataBytes
from eth_abi.registry import ABIRegistry, registry
from eth_typing import ABIEvent
from eth_utils.abi import event_abi_to_log_topic
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.types import LogReceipt

from agentescrow.chain.abis import entries
from agentescrow.chain.events import TYPES, Event, OtherEvent

_HASHED: Final = ("string", "bytes")  # an indexed parameter of these types is only its hash


def decode_event(contract: str, log: LogReceipt) -> Event | None:
    """Decode a log of a contract.

    Args:
        contract: One of `abis.NAMES`.
        log: Log from `eth_getLogs` or a receipt.

    Returns:
        Typed event, `OtherEvent` if it has no class, or None if the ABI does not contain it.
    """
    topics = [bytes(HexBytes(topic)) for topic in log["topics"]]
    return read_event(contract, topics, bytes(HexBytes(log["data"])))


def read_event(contract: str, topics: Sequence[bytes], data: bytes) -> Event | None:
    """Do the same as `decode_event` with the bytes of a log.

    Args:
        contract: One of `abis.NAMES`.
        topics: 32 bytes each.
    """
    reader = _readers(contract).get((topics[0], len(topics))) if topics else None
    return reader.read(topics, data) if reader else None


def topics_of(contract: str) -> list[bytes]:
    """List the first topic of each event of a contract that has a class.

    Args:
        contract: One of `abis.NAMES`.
    """
    return [topic for (topic, _), reader in _readers(contract).items() if reader.kind is not None]


def decode_events(kinds: Mapping[str, str], logs: Iterable[LogReceipt]) -> tuple[Event, ...]:
    """Decode the logs of known contracts in order, and skip others.

    Args:
        kinds: Name of each contract, by its address in lower case.
        logs: Logs of a receipt.
    """
    events = []
    for log in logs:
        kind = kinds.get(str(log["address"]).lower())
        event = decode_event(kind, log) if kind else None
        if event is not None:
            events.append(event)
    return tuple(events)


class _Reader:
    """Decoder of one event."""

    def __init__(self, contract: str, abi: Mapping[str, Any]) -> None:
        self.name = str(abi["name"])
        self.kind = TYPES[contract].get(self.name)
        inputs = abi["inputs"]
        self._names = [parameter["name"] for parameter in inputs]
        self._in_topics = _decoder([_topic_type(p) for p in inputs if p["indexed"]])
        self._in_data = _decoder([str(p["type"]) for p in inputs if not p["indexed"]])
        # Position of each parameter among the values of the topics and then the data.
        indexed = [n for n, parameter in enumerate(inputs) if parameter["indexed"]]
        plain = [n for n, parameter in enumerate(inputs) if not parameter["indexed"]]
        self._order = [[*indexed, *plain].index(n) for n in range(len(inputs))]
        self._addresses = [n for n, p in enumerate(inputs) if p["type"] == "address"]

    def read(self, topics: Sequence[bytes], data: bytes) -> Event:
        # Indexed words, joined, are the ABI encoding of a tuple.
        found = [*self._in_topics(b"".join(topics[1:])), *self._in_data(data)]
        values = [found[n] for n in self._order]
        for n in self._addresses:
            values[n] = checksummed(values[n])
        if self.kind is None:
            return OtherEvent(self.name, dict(zip(self._names, values, strict=True)))
        return self.kind(*values)


def _topic_type(parameter: Mapping[str, Any]) -> str:
    return "bytes32" if parameter["type"] in _HASHED else str(parameter["type"])


@lru_cache(maxsize=1 << 16)
def checksummed(address: str | bytes) -> str:
    """Convert an address to checksum case; cached, since most addresses repeat."""
    return str(to_checksum_address(address))


def _decoder(types: Sequence[str]) -> Callable[[bytes], Iterable[Any]]:
    """Build a decoder of these types once, which the codec would build for each log."""
    known = _registry()
    decoders = [_Uint256() if kind == "uint256" else known.get_decoder(kind) for kind in types]
    if any(decoder.is_dynamic for decoder in decoders):
        decoders = [TupleDecoder(decoders=decoders)]  # type: ignore[no-untyped-call]
        return lambda data: cast(Iterable[Any], _read(decoders, data)[0])
    # Static types need no tuple decoder, which follows pointers.
    return lambda data: _read(decoders, data)


def _read(decoders: Sequence[BaseDecoder], data: bytes) -> list[Any]:
    stream = ContextFramesBytesIO(data)  # type: ignore[no-untyped-call]
    return [decoder.decode(stream) for decoder in decoders]


class _Uint256(BaseDecoder):
    """Decoder of a whole word, without the check of padding that it does not have."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def decode(self, stream: ContextFramesBytesIO) -> int:
        word = stream.read(32)
        if len(word) != 32:
            raise InsufficientDataBytes(f"a word has 32 bytes, but only {len(word)} are left")
        return int.from_bytes(word)


class _Address(AddressDecoder):
    """Decoder of an address to 20 bytes, which `checksummed` takes without parsing hex."""

    decoder_fn = staticmethod(bytes)  # type: ignore[assignment]


@cache
def _registry() -> ABIRegistry:
    """Build a registry that accepts text that is not UTF-8, since a URI can have any bytes."""
    lenient = registry.copy()  # type: ignore[no-untyped-call]
    replacing = StringDecoder(handle_string_errors="replace")  # type: ignore[no-untyped-call]
    for kind, decoder in (("string", replacing), ("address", _Address)):
        lenient.unregister_decoder(kind)
        lenient.register_decoder(kind, decoder)
    return cast(ABIRegistry, lenient)


@cache
def _readers(contract: str) -> dict[tuple[bytes, int], _Reader]:
    """Map topic and number of topics, which differs for ERC-20 and ERC-721, to decoders."""
    return {
        (
            bytes(event_abi_to_log_topic(cast(ABIEvent, event))),
            1 + sum(i["indexed"] for i in event["inputs"]),
        ): _Reader(contract, event)
        for event in entries(contract, "event")
    }
