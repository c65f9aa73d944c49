"""Cursors: a place in a list and back, and what is none."""

from __future__ import annotations

import base64

import pytest

from agentescrow.api.errors import ApiError
from agentescrow.api.parameters import read_cursor, write_cursor


@pytest.mark.parametrize("values", [(0,), (1, 2), (2**63 - 1, 0)])
def test_cursor__written__is_read_back(values):
    """API-1: any numbers that a database may have."""
    cursor = write_cursor("newest", *values)

    assert read_cursor(cursor, "newest", len(values)) == list(values)
    assert "=" not in cursor


@pytest.mark.parametrize(
    "text",
    [
        "oldest:1:2",  # of another order
        "newest:1",
        "newest:1:2:3",
        "newest:-1:2",
        "newest:1:9223372036854775808",
        "newest:1:x",
        "newest",
        "",
        "néwest:1:2",
    ],
)
def test_cursor__of_another_list_or_made_up__is_400(text):
    """API-1: numbers that no list has would be an error of the database's."""
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    with pytest.raises(ApiError) as refused:
        read_cursor(cursor, "newest", 2)
    assert (refused.value.status, refused.value.error) == (400, "INVALID_CURSOR")


@pytest.mark.parametrize("cursor", ["A", "ä", "!!!!", "bmV3ZXN0OjE6Mg==="])
def test_cursor__that_is_no_base64__is_400(cursor):
    """API-1: whatever stands in the address."""
    with pytest.raises(ApiError):
        read_cursor(cursor, "newest", 3)


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("/api/runs/{}", (0, 2**63 - 1), (-1, 2**63, "x")),
        ("/api/agents/{}", (0, 2**63 - 1), (-1, 2**63, "x")),
        ("/api/runs?page={}", (1, 10**12), (0, 10**12 + 1)),
        ("/api/runs?limit={}", (1, 100), (0, 101)),
        ("/api/runs?agentId={}", (0, 2**63 - 1), (-1, 2**63)),
        ("/api/agents?page={}", (1, 10**12), (0, 10**12 + 1)),
        ("/api/agents?limit={}", (1, 100), (0, 101)),
        ("/api/runs?minReward={}", ("0", "1" * 12), ("1" * 41, "x")),
        ("/api/events?follow=false&fromBlock={}", (0, 2**63 - 1), (-1, 2**63)),
    ],
)
def test_parameter__at_its_ends__is_taken_and_one_beyond_is_400(client, indexed, path, good, bad):
    """API-1, API-3: a number that no database has is a wrong value, and no fault of the service."""
    for value in good:
        assert client.get(path.format(value)).status_code in (200, 404), value
    for value in bad:
        answer = client.get(path.format(value))
        assert answer.status_code == 400, value
        assert answer.json()["error"].startswith("INVALID_"), value


def test_list__nothing_said__is_the_first_twenty_of_the_newest(client, indexed):
    """API-1: page 1, limit 20."""
    place = client.get("/api/runs").json()["pagination"]

    assert (place["page"], place["limit"]) == (1, 20)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_openapi__every_operation__declares_what_may_be_answered_anywhere(client, method):
    """API-1: the numbers of docs/rest.md; those of bodies and keys only where there are any."""
    everywhere = {"400", "405", "408", "429", "431", "500", "503"}
    of_posts = {"409", "413", "415", "422"}
    paths = client.get("/openapi.json").json()["paths"]
    api = [
        told[method.lower()]
        for path, told in paths.items()
        if path.startswith("/api/") and method.lower() in told
    ]

    assert api
    for each in api:
        assert everywhere <= each["responses"].keys(), each["operationId"]
        assert (of_posts <= each["responses"].keys()) is (method == "POST"), each["operationId"]
