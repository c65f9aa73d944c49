"""Parse JSON with line numbers, so that an error can say where it is.

The standard library's decoder reads the values; this module walks along and counts lines. It keeps
what `json.loads` drops: positions and repeated keys.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_BETWEEN: Final = " \t\r\n,:"  # between tokens of valid JSON


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: it may have a million digits, and is never computed with."""

    text: str

    def __repr__(self) -> str:
        """Return the number as written."""
        return self.text


@dataclass(frozen=True, slots=True)
class Member:
    """A key of an object, with its value.

    Attributes:
        line: Line of the key, from 1.
    """

    key: str
    value: object
    line: int


@dataclass(frozen=True, slots=True)
class Element:
    """An element of an array.

    Attributes:
        value: Its value; for a repeated key the last one.
        line: First line, from 1.
        members: Every key of an object, repeated ones included; None for other values.
    """

    value: object
    line: int
    members: tuple[Member, ...] | None


class NotAnArray(ValueError):
    """The text is JSON, but not an array.

    Args:
        line: First line of its value, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


_DECODER: Final = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)


def read_array(text: str) -> list[Element]:
    """Read an array.

    Raises:
        json.JSONDecodeError: The text is not JSON.
        RecursionError: It is nested too deeply.
        NotAnArray: It is JSON, but not an array.
    """
    whole = _DECODER.decode(text)
    walk = _Walk(text)
    walk.skip()
    if not isinstance(whole, list):
        raise NotAnArray(walk.line)
    walk.at += 1
    return [walk.element() for _ in whole]


class _Walk:
    """A position in valid JSON."""

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
