"""The events of both contracts, by name and fields, and how the twins record them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from agentescrow.chain.abis import entries
from agentescrow.errors import Reverted

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    event["name"]: tuple(field["name"] for field in event["inputs"])
    for contract in ("StakeRegistry", "RunEscrow")
    for event in entries(contract, "event")
}
"""Names of the fields of each event."""


class Event(NamedTuple):
    """One log of one of the contracts.

    Args:
        address: The contract that emitted it.
        name: A key of `EVENTS`.
        values: Its fields, in their order.
    """

    address: str
    name: str
    values: tuple[object, ...]


class Journal(list[Event]):
    """The events of both twins in the order of their emission."""

    def record(self, address: str, name: str, *values: object) -> None:
        """Add an event.

        Args:
            address: The contract that emits it.
            name: A key of `EVENTS`.
            values: As many as the event has fields, in their order.

        Raises:
            KeyError: No contract declares that event.
            ValueError: Wrong number of values.
        """
        if len(values) != len(EVENTS[name]):
            raise ValueError(f"{name} has the fields {', '.join(EVENTS[name])}, got {values}")
        self.append(Event(address, name, values))

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Forget what was recorded inside where it is refused, as a revert does."""
        length = len(self)
        try:
            yield
        except Reverted:
            del self[length:]
            raise
