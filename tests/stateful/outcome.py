"""How a call is made, what comes of it, and the tally of a test."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Via(Enum):
    """How a call reaches a contract."""

    DIRECTLY = "directly"
    RELAYED = "through the forwarder"
    IN_A_MULTICALL = "in a multicall"
    RELAYED_MULTICALL = "in a multicall through the forwarder"
    FORGED = "through the forwarder, signed by somebody else"
    SPOOFED = "with a victim's address appended"
    SPOOFED_MULTICALL = "in a multicall through the forwarder, with a victim's address appended"


RELAYS = {Via.RELAYED, Via.RELAYED_MULTICALL, Via.FORGED, Via.SPOOFED_MULTICALL}

IMPOSTURES = {Via.FORGED, Via.SPOOFED, Via.SPOOFED_MULTICALL}


@dataclass(frozen=True)
class Outcome:
    """What came of a call: "done", or an error and its values."""

    name: str
    values: tuple[Any, ...] = ()


DONE = Outcome("done")


@dataclass
class Tally:
    """What was tried, over all examples of a test.

    Attributes:
        outcomes: How often each function ended how.
        views: How many answers of views were compared.
        statuses: How often each run state and agent status was seen after a step.
        events: How often each event was emitted, by contract and name.
        malformed: How often calldata was malformed in which way, where it was good otherwise.
        examples: How many examples ran to their end.
        checked: How often each invariant was checked, by its id.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    views: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    examples: int = 0
    checked: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in what another process did."""
        self.outcomes += other.outcomes
        self.statuses += other.statuses
        self.events += other.events
        self.malformed += other.malformed
        self.checked += other.checked
        self.views += other.views
        self.examples += other.examples

    @property
    def transactions(self) -> int:
        """How many transactions were sent."""
        return sum(self.outcomes.values())

    @property
    def refused(self) -> int:
        """How many of them reverted."""
        return sum(count for (_, outcome), count in self.outcomes.items() if outcome != "done")

    def told(self, seconds: float) -> str:
        """Say it in a line."""
        return (
            f"{self.examples} examples, {self.transactions} transactions ({self.refused} refused), "
            f"{self.views} views compared, {seconds:.0f} s, "
            f"{self.transactions / seconds:.0f} transactions/s"
        )
