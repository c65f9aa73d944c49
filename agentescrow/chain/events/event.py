"""What every event is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a contract said."""


@dataclass(frozen=True, slots=True)
class OtherEvent(Event):
    """An event of a known contract that nothing in this package needs typed."""

    name: str
    args: Mapping[str, object]
