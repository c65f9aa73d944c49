"""Documents link to pages, headings and files that exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("tests/*/README.md"),
        *ROOT.glob(".github/*.md"),
    ]
)

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_FILE = re.compile(r"`((?:[\w-]+/)+[\w-]+\.(?:py|sol|md|toml|yml|json))`")

FOLDERS = ("", "agentescrow", "contracts", "tests", "tests/contracts")
"""Places from which documents name files."""

EXTERNAL = ("node_modules/", "deployment/local-records/", "agentescrow/chain/deployments/")


@cache
def anchors(page: Path) -> set[str]:
    """List the anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links__lead_somewhere(page):
    broken = []
    for place, anchor in _LINK.findall(_FENCED.sub("", page.read_text())):
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{place}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files__that_are_named__exist(page):
    named = _FILE.findall(_FENCED.sub("", page.read_text()))
    missing = {
        name
        for name in named
        if not name.startswith(EXTERNAL)
        and not any((ROOT / folder / name).exists() for folder in (*FOLDERS, str(page.parent)))
    }
    assert missing == set()
