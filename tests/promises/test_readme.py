"""README.md is short, and its figures are those of the documents that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentescrow.domain.runs.actions import RUN_ACTIONS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]

_KEY = re.compile(r"key.*0x[0-9a-f]{64}\b", re.IGNORECASE)
_WARNING = re.compile(r"never send (?:it|them) real money|no real money|just as public")


def passage(heading: str) -> str:
    """Return the text below a heading."""
    return README.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_readme__length__is_read_in_two_minutes():
    assert len(README.splitlines()) <= 150


def test_readme__gas__is_that_of_the_benchmarks():
    figures = re.findall(r"\b\d{3},\d{3}\b", passage("What it costs"))
    measured = (ROOT / "docs/performance.md").read_text()

    assert len(figures) >= 6
    assert [figure for figure in figures if figure not in measured] == []


def test_readme__counts_of_proofs__are_those_of_the_documents():
    why = passage("Why trust it")
    spec, threats, invariants, symbolic = (
        (ROOT / name).read_text()
        for name in (
            "docs/spec.md",
            "docs/threats.md",
            "docs/invariants.md",
            "tests/symbolic/README.md",
        )
    )
    rules = len(re.findall(r"^- \*\*(?:STAKE|RUN)-\d+\*\*", spec, re.MULTILINE))
    attacks = len(re.findall(r"^\| THREAT-\d+ ", threats, re.MULTILINE))
    held = len(re.findall(r"^\| INV-\d+ \| \*\*", invariants, re.MULTILINE))

    assert f"{rules} numbered rules" in why
    assert f"{attacks} attacks" in why
    assert f"{held} invariants" in why
    (sent,) = re.findall(r"([\d,]+) random\s+transactions", why)
    assert f": {sent} transactions (" in invariants
    (proven,) = re.findall(r"(\d+) properties", why)
    assert f"All {proven} checks are proven" in symbolic


def test_readme__diagram__is_that_of_the_action_table():
    """RUN-8: every arrow, with its calls."""
    shown = set(re.findall(r"^    (.+ --> .+: .+)$", README, re.MULTILINE))
    drawn = set(re.findall(r"^    (.+ --> .+: .+)$", RUN_ACTIONS.mermaid(), re.MULTILINE))

    assert shown == drawn


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_private_key__has_a_warning_beside_it(page):
    """Everybody knows the keys of a local chain."""
    lines = page.read_text().splitlines()
    for number, line in enumerate(lines):
        if _KEY.search(line):
            assert _WARNING.search("\n".join(lines[max(0, number - 3) : number])), line
