"""docs/rest.md tells of every route that the API has, and of no other."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

from agentescrow.api.app import create_app
from agentescrow.store.database import open_database

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/rest.md").read_text()
_HEADING = re.compile(r"^### (GET|POST) (/\S+)$", re.MULTILINE)
_ERROR = re.compile(r"(?:ApiError|problem|refused)\(\s*\d{3},\s*\"([A-Z_]+)\"")
_LINK = re.compile(r"\]\(#([^)]+)\)")


def test_rest_document__has_a_passage_for_each_route(tmp_path):
    nothing = SimpleNamespace(reads=open_database(f"sqlite:///{tmp_path / 'none.db'}"))
    paths = create_app(nothing).openapi()["paths"]
    served = {(method.upper(), path) for path, methods in paths.items() for method in methods}

    assert set(_HEADING.findall(DOCUMENT)) == served


def test_rest_document__links_to_passages_that_exist():
    headings = re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}

    assert set(_LINK.findall(DOCUMENT)) <= anchors


def test_rest_document__names_each_kind_of_error():
    """API-3: names that clients compare."""
    code = "".join(path.read_text() for path in (ROOT / "agentescrow/api").rglob("*.py"))
    named = set(_ERROR.findall(code))
    assert len(named) > 10
    assert [name for name in sorted(named) if f"`{name}`" not in DOCUMENT] == []
