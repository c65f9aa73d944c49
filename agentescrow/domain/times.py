"""Times as ISO 8601 text, relative like "+3d", and as unix seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from agentescrow.domain.constants import DAY
from agentescrow.errors import InvalidTime

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": DAY}
_RELATIVE: Final = re.compile(r"\+([0-9]{1,9})([smhd])", re.ASCII)
_ALLOWED: Final = (
    'ISO 8601 with a time zone, such as "2026-12-01T12:00:00Z", or relative, such as "+3d" '
    "(s, m, h, d)"
)
_NO_ZONE: Final = "a time of day needs a time zone, such as 2026-12-01T12:00:00Z"
_LATEST: Final = 253_402_300_799  # last second of the year 9999
_TOO_LATE: Final = "a time before the year 10000"
_BEFORE_1970: Final = "a time from 1970 on"


def parse_time(text: str, now: int) -> int:
    """Read a time as unix seconds.

    Args:
        text: ISO 8601 with a time zone (a date is midnight UTC), or "+" and a number of s, m, h, d.
        now: Unix second that "+…" is relative to: the chain's time, not this machine's.

    Returns:
        Unix seconds; fractions of a second are cut off.

    Raises:
        InvalidTime: For any other text.
    """
    relative = _RELATIVE.fullmatch(text)
    if relative:
        timestamp = now + int(relative[1]) * _UNITS[relative[2]]
        if timestamp > _LATEST:
            raise InvalidTime(text, _TOO_LATE)
        return timestamp
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidTime(text, _ALLOWED) from None
    if moment.tzinfo is None:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise InvalidTime(text, _NO_ZONE)
        moment = moment.replace(tzinfo=UTC)
    if moment.timestamp() < 0:
        raise InvalidTime(text, _BEFORE_1970)
    return int(moment.timestamp())


def format_time(timestamp: int) -> str:
    """Write unix seconds as ISO 8601 in UTC: "2026-12-01T12:00:00Z".

    Args:
        timestamp: Unix seconds; outside of the years 1 to 9999 they are written as a number.
    """
    try:
        moment = datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return f"unix second {timestamp}"
    return moment.isoformat().replace("+00:00", "Z")
