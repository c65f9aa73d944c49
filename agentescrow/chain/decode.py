"""Raw logs to events."""

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

_HASHED: Final = ("string", "bytes")  # of these an indexed parameter is the hash alone


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
        self._in_topics = _decoder([_topic_type(p) for p in inputs if p["indexed"]])
        self._in_data = _decoder([str(p["type"]) for p in inputs if not p["indexed"]])
        # Topics come first; where each parameter is in the two together.
        indexed = [n for n, parameter in enumerate(inputs) if parameter["indexed"]]
        plain = [n for n, parameter in enumerate(inputs) if not parameter["indexed"]]
        self._order = [[*indexed, *plain].index(n) for n in range(len(inputs))]
        self._addresses = [n for n, p in enumerate(inputs) if p["type"] == "address"]

    def read(self, topics: Sequence[bytes], data: bytes) -> Event:
        # Indexed words in a row are what ABI coding makes of a tuple.
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
    """An address in checksum case; of many, most come again."""
    return str(to_checksum_address(address))


def _decoder(types: Sequence[str]) -> Callable[[bytes], Iterable[Any]]:
    """What reads values of these types; made once, since the codec would make it for each log."""
    known = _registry()
    decoders = [_Uint256() if kind == "uint256" else known.get_decoder(kind) for kind in types]
    if any(decoder.is_dynamic for decoder in decoders):
        decoders = [TupleDecoder(decoders=decoders)]  # type: ignore[no-untyped-call]
        return lambda data: cast(Iterable[Any], _read(decoders, data)[0])
    # Words alone: no pointers that the tuple's decoder would have to follow.
    return lambda data: _read(decoders, data)


def _read(decoders: Sequence[BaseDecoder], data: bytes) -> list[Any]:
    stream = ContextFramesBytesIO(data)  # type: ignore[no-untyped-call]
    return [decoder.decode(stream) for decoder in decoders]


class _Uint256(BaseDecoder):
    """A whole word: nothing of it is padding that would have to be looked at."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def decode(self, stream: ContextFramesBytesIO) -> int:
        word = stream.read(32)
        if len(word) != 32:
            raise InsufficientDataBytes(f"a word has 32 bytes, {len(word)} are left")
        return int.from_bytes(word)


class _Address(AddressDecoder):
    """20 bytes, as `checksummed` takes them; the library's hex would have to be parsed again."""

    decoder_fn = staticmethod(bytes)  # type: ignore[assignment]


@cache
def _registry() -> ABIRegistry:
    """Reads text that is no UTF-8 too: anybody may put any bytes into a URI."""
    lenient = registry.copy()  # type: ignore[no-untyped-call]
    replacing = StringDecoder(handle_string_errors="replace")  # type: ignore[no-untyped-call]
    for kind, decoder in (("string", replacing), ("address", _Address)):
        lenient.unregister_decoder(kind)
        lenient.register_decoder(kind, decoder)
    return cast(ABIRegistry, lenient)


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
