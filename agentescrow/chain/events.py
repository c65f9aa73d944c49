"""Typed events of the contracts: the generated classes, and one for events without a class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agentescrow.generated.events import *  # noqa: F403
from agentescrow.generated.events import Event


@dataclass(frozen=True, slots=True)
class OtherEvent(Event):
    """Event of a known contract that the package has no class for.

    Attributes:
        name: Name in the ABI.
        args: Values by parameter name.
    """

    name: str
    args: Mapping[str, object]
