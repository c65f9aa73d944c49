"""Calldata that no encoder writes, made of some that one wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import NamedTuple

from eth_abi.grammar import ABIType, BasicType, TupleType, parse

_WORD = 32
_WORD_BITS = 256
_RUBBISH = b"\xff" * _WORD


class Malformation(Enum):
    """What is done to calldata."""

    DIRTY_WORD = "a bit beyond an argument's type"
    CUT_OFF = "the last argument missing"
    OFFSET_OUTSIDE = "an offset that points outside"
    LENGTH_OUTSIDE = "a text longer than the calldata"
    WITH_ETHER = "one wei with it"
    GAP = "rubbish between arguments and texts"
    PADDING = "rubbish behind a text"
    TRAILING = "rubbish at the end"


HARMLESS = {Malformation.GAP, Malformation.PADDING, Malformation.TRAILING}
"""What the ABI lets pass: these mean what they would mean without it. All else is refused."""


class _Word(NamedTuple):
    """A word of the arguments, also inside structs.

    Args:
        at: Bytes from the first argument.
        kind: What it is; of a dynamic kind it is the offset.
        target: Where a dynamic one's contents are, in bytes from the first argument; else 0.
    """

    at: int
    kind: ABIType
    target: int


_BEYOND = (2**255, 2**256 - 1, 2**64, 2**64 - 1, 2**32)


def can_be(how: Malformation, types: tuple[str, ...]) -> bool:
    """Tell whether arguments of these types can be malformed so."""
    arguments = _arguments(types)
    match how:
        case Malformation.TRAILING | Malformation.WITH_ETHER:
            return True
        case Malformation.CUT_OFF:
            return bool(types)
        case Malformation.DIRTY_WORD:
            return re.search(r"address|bool|uint(?!256)", str(arguments)) is not None
        case _:
            return bool(arguments.is_dynamic)


def malformed(how: Malformation, types: tuple[str, ...], data: bytes, pick: int) -> bytes:
    """Malform calldata.

    Args:
        how: What to do; one that it `can_be`.
        types: The arguments' types.
        data: Selector and arguments.
        pick: Which argument, which bit, how far outside.
    """
    selector, args = data[:4], data[4:]
    words = list(_words(_arguments(types), args))
    narrow = [word for word in words if _bits(word.kind) < _WORD_BITS]
    offsets = [word for word in words if word.kind.is_dynamic]
    texts = [word for word in offsets if isinstance(word.kind, BasicType)]
    beyond = (len(args), *_BEYOND)[pick % (1 + len(_BEYOND))]
    match how:
        case Malformation.DIRTY_WORD:
            args = _with_a_bit_more(args, narrow[pick % len(narrow)], pick)
        case Malformation.CUT_OFF:
            args = args[: _head(types) - _WORD]
        case Malformation.OFFSET_OUTSIDE:
            args = _put(args, offsets[pick % len(offsets)].at, beyond)
        case Malformation.LENGTH_OUTSIDE:
            args = _put(args, texts[pick % len(texts)].target, beyond)
        case Malformation.GAP:
            args = _with_a_gap(args, _head(types), offsets)
        case Malformation.PADDING:
            args = _with_padding(args, texts[pick % len(texts)].target)
        case Malformation.TRAILING:
            args += _RUBBISH[: 1 + pick % _WORD]
        case Malformation.WITH_ETHER:
            pass
    return selector + args


@cache
def _arguments(types: tuple[str, ...]) -> TupleType:
    return parse(f"({','.join(types)})")


def _head(types: tuple[str, ...]) -> int:
    """How many bytes arguments and offsets take before the contents of texts begin."""
    return _WORD * sum(
        len(kind.components) if isinstance(kind, TupleType) and not kind.is_dynamic else 1
        for kind in _arguments(types).components
    )


def _words(of: TupleType, args: bytes, start: int = 0) -> Iterator[_Word]:
    """Walk over the words of a struct or of all arguments, and into their structs."""
    at = start
    for kind in of.components:
        if kind.is_dynamic:
            target = start + _read(args, at)
            yield _Word(at, kind, target)
            at += _WORD
            if isinstance(kind, TupleType):
                yield from _words(kind, args, target)
        elif isinstance(kind, TupleType):
            yield from _words(kind, args, at)
            at += _WORD * len(kind.components)
        else:
            yield _Word(at, kind, 0)
            at += _WORD


def _bits(kind: ABIType) -> int:
    """How many bits of a word a type may use."""
    if not isinstance(kind, BasicType) or kind.base not in ("uint", "address", "bool"):
        return _WORD_BITS
    return {"address": 160, "bool": 1}.get(kind.base) or int(kind.sub)


def _with_a_bit_more(args: bytes, word: _Word, pick: int) -> bytes:
    bits = _bits(word.kind)
    return _put(args, word.at, _read(args, word.at) | 1 << bits + pick % (_WORD_BITS - bits))


def _with_a_gap(args: bytes, head: int, offsets: list[_Word]) -> bytes:
    """Move all contents up by a word; offsets inside of structs count from the struct."""
    for word in offsets:
        if word.at < head:
            args = _put(args, word.at, _read(args, word.at) + _WORD)
    return args[:head] + _RUBBISH + args[head:]


def _with_padding(args: bytes, target: int) -> bytes:
    """Fill up the last word of a text."""
    end = target + _WORD + _read(args, target)
    missing = -end % _WORD
    return args[:end] + _RUBBISH[:missing] + args[end + missing :]


def _read(args: bytes, at: int) -> int:
    return int.from_bytes(args[at : at + _WORD], "big")


def _put(args: bytes, at: int, value: int) -> bytes:
    return args[:at] + value.to_bytes(_WORD, "big") + args[at + _WORD :]
