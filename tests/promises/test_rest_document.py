"""docs/rest.md describes every route and every field of the API, and no others."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from agentescrow.api.app import create_app
from agentescrow.store.database import open_database
from agentescrow.wire.shape import Shape

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/rest.md").read_text()
_HEADING = re.compile(r"^### (GET|POST) (/\S+)$", re.MULTILINE)
_ERROR = re.compile(r"(?:ApiError|problem|refused)\(\s*\d{3},\s*\"([A-Z_]+)\"")
_LINK = re.compile(r"\]\(#([^)]+)\)")
_EXAMPLE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r'"(\w+)":')
_CODE = re.compile(r"`(\w+)`")

_ANY_KEY = {"data", "runsByState", "typedData"}
"""Fields whose own keys are names of values, which no shape fixes."""

_SHOWN_IN = {"Request": "Signing", "Run": "GET /api/runs/{run_id}"}
"""Shapes that another passage shows than those of their routes."""

_OF_EVERY_WRITE = {"request", "signature", "walletAddress"}
"""Fields that the passage on signing describes."""


@cache
def passages() -> dict[tuple[str, str], str]:
    """Find the text of each route."""
    parts = re.split(r"^##+ (.+)$", DOCUMENT, flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {
        (method, path): texts[f"{method} {path}"] for method, path in _HEADING.findall(DOCUMENT)
    }


@cache
def named_in(heading: str) -> set[str]:
    """List the keys of JSON and the words of code below a heading."""
    text = re.split(r"^##+ ", DOCUMENT.partition(f"## {heading}\n")[2], flags=re.MULTILINE)[0]
    return {*_KEY.findall(text), *_CODE.findall(text)}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The API over an empty database."""
    file = tmp_path_factory.mktemp("database") / "none.db"
    return create_app(SimpleNamespace(reads=open_database(f"sqlite:///{file}")))


@pytest.fixture(scope="module")
def shapes_of(app):
    """Find the shapes that a route takes and answers with, nested ones too: fields by name."""
    document = app.openapi()

    @cache
    def find(method: str, path: str) -> dict[str, set[str]]:
        operation = document["paths"][path][method.lower()]
        found: dict[str, set[str]] = {}
        waiting = [operation.get("requestBody", {}), operation["responses"].get("200", {})]
        while waiting:
            for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(waiting.pop())):
                if name not in found:
                    schema = document["components"]["schemas"][name]
                    found[name] = set(schema.get("properties", {}))
                    waiting.append(schema)
        return found

    return find


def all_below(kind: type) -> set[type]:
    """List the classes that inherit from one."""
    return {kind}.union(*(all_below(below) for below in kind.__subclasses__()))


def without_free_keys(text: str) -> str:
    """Empty the objects whose keys are names of values."""
    return re.sub(rf'("(?:{"|".join(_ANY_KEY)})": )\{{[^}}]*\}}', r"\1{}", text)


def test_rest_document__has_a_passage_for_each_route(app):
    paths = app.openapi()["paths"]
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


def test_shapes__have_each_field_in_a_passage_that_shows_them(shapes_of):
    """API-3: a reader finds each field where its shape is shown."""
    missing: dict[str, set[str]] = {}
    for route in passages():
        for shape, fields in shapes_of(*route).items():
            named = named_in(_SHOWN_IN.get(shape, " ".join(route)))
            missing[shape] = missing.get(shape, fields) - named - _OF_EVERY_WRITE

    assert {shape: fields for shape, fields in missing.items() if fields} == {}


@pytest.mark.parametrize("route", passages(), ids=" ".join)
def test_passage__shows_no_field_that_its_shapes_lack(route, shapes_of):
    keys = set(_KEY.findall(without_free_keys(passages()[route])))
    # A stream has no shape of its own.
    shown = shapes_of("GET", "/api/runs/{run_id}") if "events" in route[1] else shapes_of(*route)
    known = {"status"} if route[1] == "/health" else set().union(*shown.values())

    assert keys - known == set()


def test_examples__of_whole_answers__are_what_the_server_writes(app):
    """Every field is there, in order, in the form that the shape gives it."""
    shapes = {shape.__name__: shape for shape in all_below(Shape)}
    read = 0
    for (method, path), text in passages().items():
        for block in _EXAMPLE.findall(text) if method == "GET" else []:
            if "…" in block:
                continue
            answer = app.openapi()["paths"][path]["get"]["responses"]["200"]
            name = re.findall(r"schemas/(\w+)", json.dumps(answer))[0]
            written = shapes[name].model_validate_json(block).model_dump_json()
            assert json.loads(written) == json.loads(block), path
            read += 1
    assert read >= 9
