"""JSON with the lines that things stand on, so that a refusal can say where to look.

The standard library's decoder reads every value; this walks along and counts lines. It keeps what
`json.loads` forgets: positions, and keys that are given twice.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_BETWEEN: Final = " \t\r\n,:"  # of text that is known to be JSON


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written: it may have a million digits, and nothing here counts with it."""

    text: str

    def __repr__(self) -> str:
        """As it was written."""
        return self.text


@dataclass(frozen=True, slots=True)
class Member:
    """A key of an object, with its value.

    Args:
        line: Where the key stands, from 1.
    """

    key: str
    value: object
    line: int


@dataclass(frozen=True, slots=True)
class Element:
    """An element of an array.

    Args:
        value: What it is; of a key that is given twice the last value.
        line: Where it begins, from 1.
        members: Of an object, every key that is given; None where it is no object.
    """

    value: object
    line: int
    members: tuple[Member, ...] | None


class NotAnArray(ValueError):
    """The text is JSON, but no array.

    Args:
        line: Where its value begins, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


_DECODER: Final = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)


def read_array(text: str) -> list[Element]:
    """Read an array.

    Args:
        text: Of the whole file.

    Raises:
        json.JSONDecodeError: It is no JSON.
        RecursionError: It is nested too deeply.
        NotAnArray: It is something else.
    """
    whole = _DECODER.decode(text)
    walk = _Walk(text)
    walk.skip()
    if not isinstance(whole, list):
        raise NotAnArray(walk.line)
    walk.at += 1
    return [walk.element() for _ in whole]


class _Walk:
    """A place in text that is known to be JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [at for at, character in enumerate(text) if character == "\n"]
        self.at = 0

    @property
    def line(self) -> int:
        return bisect_left(self._ends, self.at) + 1

    def skip(self) -> None:
        while self._text[self.at] in _BETWEEN:
            self.at += 1

    def element(self) -> Element:
        self.skip()
        begin, line = self.at, self.line
        value, end = _DECODER.raw_decode(self._text, begin)
        members = tuple(self._members()) if isinstance(value, dict) else None
        self.at = end
        return Element(value, line, members)

    def _members(self) -> Iterator[Member]:
        self.at += 1
        self.skip()
        while self._text[self.at] != "}":
            line = self.line
            yield Member(self._value(), self._value(), line)
            self.skip()

    def _value(self) -> Any:  # noqa: ANN401 - any JSON
        self.skip()
        value, self.at = _DECODER.raw_decode(self._text, self.at)
        return value
