"""Which checks there are, and which faults each has to find: tests/symbolic/plan.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """A change of one contract that makes a check false."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Check:
    """A function of a contract in tests/symbolic.

    Attributes:
        contract: Its contract, which is in CONTRACT.t.sol, without its "Test".
        name: The function.
        rule: What it proves, in a few words.
        faults: What it has to find, at least one.
    """

    contract: str
    name: str
    rule: str
    faults: tuple[Fault, ...]


def read_plan(path: Path) -> tuple[Check, ...]:
    """Read the plan.

    Returns:
        The checks in the order of the file.

    Raises:
        ValueError: A check without a fault proves nothing to a reader.
    """
    checks = []
    for entry in tomllib.loads(path.read_text())["check"]:
        faults = tuple(Fault(**fault) for fault in entry.get("fault", ()))
        if not faults:
            raise ValueError(f"{entry['name']} in {path.name} has no fault: seed at least one")
        checks.append(Check(entry["contract"], entry["name"], entry["rule"], faults))
    return tuple(checks)
