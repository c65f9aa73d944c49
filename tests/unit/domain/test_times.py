"""Points in time."""

from __future__ import annotations

import pytest

from agentescrow.domain.times import format_time, parse_time
from agentescrow.errors import InvalidTime

NOW = 1_800_000_000  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+3d", NOW + 3 * 86_400),
        ("+12h", NOW + 12 * 3600),
        ("+90m", NOW + 5400),
        ("+0s", NOW),
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T10:00:00+02:00", NOW),
        ("2027-01-15T08:00:00.999Z", NOW),
        ("2027-01-15", NOW - 8 * 3600),
    ],
)
def test_parse_time__iso_or_distance__is_unix_seconds(text, expected):
    """Point 6: deadlines are ISO 8601 or "+3d"."""
    assert parse_time(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3d",
        "-3d",
        "+3",
        "+d",
        "+3w",
        "+1.5d",
        "+3 d",
        "+٣d",
        "soon",
        "1800000000",
        "2027-01-15T08:00:00",
        "20270115",
        "2027-13-01",
        "1969-12-31",
        "+999999999d",
    ],
)
def test_parse_time__anything_else__is_refused(text):
    """A time of day without a zone is ambiguous; years have four digits."""
    with pytest.raises(InvalidTime, match=r"^time .* is not allowed: "):
        parse_time(text, NOW)


def test_format_time__seconds__read_back():
    """ISO 8601 in UTC; what no calendar holds stays a number."""
    assert format_time(NOW) == "2027-01-15T08:00:00Z"
    assert parse_time(format_time(NOW), 0) == NOW
    assert format_time(2**255).startswith("unix second 578")
