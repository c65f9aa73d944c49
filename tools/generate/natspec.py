"""What all generated modules need of ABI and NatSpec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

Abi = list[dict[str, Any]]

NOTE: Final = "Generated from the compiled contracts by `python -m tools.generate`; do not edit."
WIDTH: Final = 100


class Undocumented(Exception):
    """The contracts lack documentation that the generated files need."""


def signature(entry: Mapping[str, Any]) -> str:
    """Write an error or event as NatSpec names it, "RunFunded(uint256,uint256)"."""
    return f"{entry['name']}({','.join(each['type'] for each in entry['inputs'])})"


def of_kind(abi: Iterable[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of one kind: "function", "event" or "error"."""
    return (entry for entry in abi if entry["type"] == kind)
