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
