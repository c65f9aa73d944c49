"""ABIs of the contracts, from `agentescrow/generated/abi/`."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Final, cast

from eth_typing import ABI

from agentescrow.generated.events import TYPES

NAMES: Final = tuple(TYPES)
"""Contracts that the package talks to."""


@cache
def abi_of(name: str) -> ABI:
    """Read the ABI of a contract.

    Args:
        name: One of `NAMES`.

    Raises:
        FileNotFoundError: There is no such contract.
    """
    file = resources.files("agentescrow.generated").joinpath("abi", f"{name}.json")
    return cast(ABI, json.loads(file.read_text("utf-8")))


def entries(name: str, kind: str) -> list[dict[str, Any]]:
    """List the entries of one kind in a contract's ABI.

    Args:
        name: One of `NAMES`.
        kind: "function", "event" or "error".
    """
    return [dict(entry) for entry in abi_of(name) if entry["type"] == kind]
