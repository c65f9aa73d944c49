"""Every error and event that the interfaces declare is expected by a test of the contracts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_DECLARED = re.compile(r"^    (error|event) (\w+)\(", re.MULTILINE)

DECLARED = sorted(
    {
        found
        for interface in ("IUsdcVault", "IStakeRegistry", "IRunEscrow")
        for found in _DECLARED.findall((ROOT / f"contracts/interfaces/{interface}.sol").read_text())
    }
)


@cache
def contract_tests() -> str:
    """Read the tests of the contracts, and what they share, as one text."""
    return "\n".join(file.read_text() for file in (ROOT / "tests/contracts").rglob("*.py"))


@pytest.mark.parametrize(("kind", "name"), DECLARED)
def test_declaration__is_expected_by_a_test(kind: str, name: str):
    """RUN-26: every refusal has an error of its own, and a test that gets it."""
    assert re.search(rf"[.\"]{name}\b", contract_tests()), f"no contract test expects {kind} {name}"
