"""Bodies at the ends of what is read: by what their head says, and by what comes."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from agentescrow.api.body_limits import BodyLimits

MOST = 256 * 1024
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def client():
    """Of an app that says how many bytes it has read."""

    async def count(request):
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/", count, methods=["POST", "GET"])])
    app.add_middleware(BodyLimits)
    return TestClient(app)


def in_parts(size):
    """A body whose head does not say how long it is."""
    yield from (b"x" * 1024 for _ in range(size // 1024))
    yield b"x" * (size % 1024)


def test_body__of_256_kib__is_read(client):
    """API-3: as many bytes as docs/rest.md says."""
    for body in (b"x" * MOST, in_parts(MOST)):
        answer = client.post("/", content=body, headers=JSON)
        assert (answer.status_code, answer.text) == (200, str(MOST))


def test_body__of_one_byte_more__is_413(client):
    """API-3: whether its head says so, or it only comes."""
    said = client.post("/", content=b"x" * (MOST + 1), headers=JSON)
    came = client.post("/", content=in_parts(MOST + 1), headers=JSON)

    assert (said.status_code, said.json()["error"]) == (413, "CONTENT_TOO_LARGE")
    assert came.status_code == 413


def test_body__that_says_a_length_of_a_thousand_digits__is_413(client):
    """API-3: Python refuses to read such a number, which would be 500."""
    answer = client.post("/", content=b"x", headers={**JSON, "Content-Length": "9" * 5_000})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 200),
        ("Application/JSON ; charset=utf-8", b"{}", 200),
        ("text/plain", b"{}", 415),
        ("text/plain", b"", 415),
        ("application/jsonl", b"{}", 415),
        (None, b"{}", 415),
        (None, b"", 200),
    ],
)
def test_post__of_another_kind__is_415(client, kind, body, status):
    """API-3: JSON in any spelling; nothing at all has no kind."""
    answer = client.post("/", content=body, headers={} if kind is None else {"Content-Type": kind})

    assert answer.status_code == status


def test_get__with_anything__is_let_through(client):
    """API-3: only what a POST sends is looked at."""
    assert client.request("GET", "/", content=b"x", headers={"Content-Type": "a/b"}).text == "1"
