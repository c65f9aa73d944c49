"""ABI encoding and decoding, fast enough for thousands of Hypothesis steps.

web3.py needs milliseconds where this needs microseconds: selectors and types are worked out once
per contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.encoding import TextStringEncoder
from eth_abi.registry import BaseEquals
from eth_abi.registry import registry as default_registry
from eth_utils.address import is_hex_address, to_checksum_address
from eth_utils.crypto import keccak


class _AnyTextEncoder(TextStringEncoder):
    """Text that is no UTF-8 goes to the contracts too: a lone surrogate stands for a raw byte."""

    @classmethod
    def encode(cls, value: str) -> bytes:
        raw = value.encode("utf-8", "surrogateescape")
        return len(raw).to_bytes(32, "big") + raw + bytes(-len(raw) % 32)


class _AnyTextDecoder(StringDecoder):
    """The same backwards."""

    def __init__(self) -> None:
        super().__init__(handle_string_errors="surrogateescape")  # type: ignore[no-untyped-call]


def _codec() -> ABICodec:
    registry = default_registry.copy()  # type: ignore[no-untyped-call]
    registry.unregister("string")
    registry.register(BaseEquals("string"), _AnyTextEncoder, _AnyTextDecoder, label="string")  # type: ignore[no-untyped-call]
    return ABICodec(registry)


_CODEC = _codec()
encode, decode = _CODEC.encode, _CODEC.decode
checksum: Callable[[str], str] = lru_cache(maxsize=4096)(to_checksum_address)


@dataclass(frozen=True)
class Event:
    """A decoded log.

    Attributes:
        address: Who emitted it.
        name: The event's name, or its first topic where no ABI knows it.
        args: Its fields by name.
    """

    address: str
    name: str
    args: Mapping[str, Any]


class Reverted(Exception):
    """A transaction or a view reverted.

    Attributes:
        name: The custom error's name; "Error" for a reason string, "Panic", "" for no data,
            "unknown" for data that no known ABI explains.
        args_by_name: The error's values.
        data: What the contract returned.
    """

    def __init__(self, name: str, args_by_name: Mapping[str, Any], data: bytes = b"") -> None:
        """Keep the decoded error."""
        super().__init__(f"{name}({', '.join(f'{k}={v}' for k, v in args_by_name.items())})")
        self.name = name
        self.args_by_name = args_by_name
        self.data = data


@dataclass(frozen=True)
class _Item:
    """A function, an error or an event."""

    name: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    indexed: tuple[bool, ...] = ()

    @cached_property
    def signature(self) -> str:
        return f"{self.name}({','.join(self.types)})"

    @cached_property
    def selector(self) -> bytes:
        return keccak(text=self.signature)[:4]

    def values(self, data: bytes) -> dict[str, Any]:
        return dict(zip(self.names, _decoded(self.types, data), strict=True))


_BUILT_IN = {
    bytes.fromhex("08c379a0"): _Item("Error", ("message",), ("string",)),
    bytes.fromhex("4e487b71"): _Item("Panic", ("code",), ("uint256",)),
}


class Abi:
    """One contract's functions, errors and events."""

    def __init__(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Work out selectors and types.

        Args:
            items: The JSON ABI.
        """
        self.constructor: tuple[str, ...] = ()
        self.errors: dict[bytes, _Item] = {}
        self.events: dict[bytes, _Item] = {}
        self._functions: dict[str, list[_Item]] = {}
        for item in items:
            self._add(item)

    def _add(self, item: Mapping[str, Any]) -> None:
        inputs = item.get("inputs", ())
        found = _Item(
            name=item.get("name", ""),
            names=tuple(i.get("name") or f"arg{n}" for n, i in enumerate(inputs)),
            types=tuple(map(_type, inputs)),
            outputs=tuple(map(_type, item.get("outputs", ()))),
            indexed=tuple(i.get("indexed", False) for i in inputs),
        )
        match item["type"]:
            case "constructor":
                self.constructor = found.types
            case "function":
                self._functions.setdefault(found.name, []).append(found)
                self._functions[found.signature] = [found]
            case "error":
                self.errors[found.selector] = found
            case "event":
                self.events[keccak(text=found.signature)] = found

    def call(self, function: str, args: Sequence[Any]) -> bytes:
        """Encode a call.

        Args:
            function: The name, or the signature where a name has several with as many arguments.
            args: The arguments; an object with an `address` stands for that address.
        """
        item = self._find(function, len(args))
        return item.selector + encode(item.types, plain(args))

    def types(self, function: str, count: int) -> tuple[str, ...]:
        """Tell the types of a function's arguments.

        Args:
            function: As in `call`.
            count: How many arguments it has.
        """
        return self._find(function, count).types

    def result(self, function: str, count: int, data: bytes) -> Any:  # noqa: ANN401 - whatever the contract returns
        """Decode what a call returned.

        Args:
            function: As in `call`.
            count: With how many arguments it was called.
            data: What came back.

        Returns:
            The value, a tuple of several, or None where nothing is returned.
        """
        values = _decoded(self._find(function, count).outputs, data)
        return values[0] if len(values) == 1 else tuple(values) or None

    def created(self, bytecode: bytes, args: Sequence[Any]) -> bytes:
        """Append constructor arguments to the code that creates the contract."""
        return bytecode + encode(self.constructor, plain(args))

    def _find(self, function: str, count: int) -> _Item:
        fitting = [f for f in self._functions.get(function, ()) if len(f.types) == count]
        if len(fitting) != 1:
            known = ", ".join(f.signature for f in self._functions.get(function, ())) or "none"
            raise LookupError(
                f"{function} with {count} arguments: {len(fitting)} functions fit (known: {known})"
            )
        return fitting[0]

    def event(self, address: str, topics: Sequence[bytes], data: bytes) -> Event | None:
        """Decode a log.

        Returns:
            None where the event is not in this ABI.
        """
        item = self.events.get(topics[0]) if topics else None
        if item is None or sum(item.indexed) != len(topics) - 1:
            return None
        inner = iter(
            _decoded([t for t, i in zip(item.types, item.indexed, strict=True) if not i], data)
        )
        outer = iter(topics[1:])
        values = [
            _topic(kind, next(outer)) if indexed else next(inner)
            for kind, indexed in zip(item.types, item.indexed, strict=True)
        ]
        return Event(checksum(address), item.name, dict(zip(item.names, values, strict=True)))


def reverted(errors: Mapping[bytes, _Item], data: bytes) -> Reverted:
    """Decode revert data.

    Args:
        errors: Custom errors by selector, of all contracts that may be involved.
        data: What came back.
    """
    item = errors.get(data[:4]) or _BUILT_IN.get(data[:4])
    if item is None:
        return Reverted("unknown" if data else "", {}, data)
    return Reverted(item.name, item.values(data[4:]), data)


def plain(args: Sequence[Any]) -> list[Any]:
    """Replace accounts and contracts by their addresses, also inside lists and structs."""
    return [plain(a) if isinstance(a, list | tuple) else getattr(a, "address", a) for a in args]


def _type(item: Mapping[str, Any]) -> str:
    kind: str = item["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(_type, item['components']))}){kind[5:]}"


def _decoded(types: Sequence[str], data: bytes) -> list[Any]:
    return [
        _checksummed(k, v) if "address" in k else v
        # Not strict: old compilers leave rubbish behind a text, as in the reasons of USDC.
        for k, v in zip(types, decode(types, data, strict=False), strict=True)
    ]


def _checksummed(kind: str, value: Any) -> Any:  # noqa: ANN401 - any ABI value
    if isinstance(value, str):
        return checksum(value) if kind == "address" or is_hex_address(value) else value
    if isinstance(value, tuple | list):
        return tuple(_checksummed("", inner) for inner in value)
    return value


@lru_cache(maxsize=4096)  # the same few ids and accounts come up again and again
def _topic(kind: str, topic: bytes) -> Any:  # noqa: ANN401 - any ABI value
    # Of what does not fit into a word only the hash is in the log.
    if kind in ("string", "bytes") or kind.endswith(("]", ")")):
        return topic
    return _decoded([kind], topic)[0]
