"""Format amounts, times and strangers' texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from agentescrow.domain.constants import DAY, ONE_USDC, USDC_DECIMALS
from agentescrow.domain.money import format_usdc

_UNITS: Final = (("day", DAY), ("hour", 3600), ("minute", 60), ("second", 1))
_LEAST_DECIMALS: Final = 2


def description_uri(description: str) -> str:
    """Encode a run's description as the URI that goes on chain."""
    return f"data:text/plain;charset=utf-8,{quote(description)}"


def usdc(amount: int) -> str:
    """Format base units: "12.5 USDC"."""
    return f"{format_usdc(amount)} USDC"


class Figures:
    """Formats amounts with as many decimals as all of them need, so that points align.

    Args:
        amounts: All amounts of a column, in base units.
    """

    def __init__(self, amounts: Iterable[int]) -> None:
        self._decimals = max((self._needed(amount) for amount in amounts), default=_LEAST_DECIMALS)

    def plain(self, amount: int) -> str:
        """Format an amount: "10,000.00", or a hyphen for zero."""
        if amount == 0:
            return f"-{' ' * (self._decimals + 1)}"
        whole, fraction = divmod(abs(amount), ONE_USDC)
        decimals = f"{fraction:0{USDC_DECIMALS}d}"[: self._decimals]
        return f"{'-' if amount < 0 else ''}{whole:,}.{decimals}"

    def signed(self, amount: int) -> str:
        """Format a difference: "+110.00"."""
        return f"{'+' if amount > 0 else ''}{self.plain(amount)}"

    @staticmethod
    def _needed(amount: int) -> int:
        decimals = f"{abs(amount) % ONE_USDC:0{USDC_DECIMALS}d}".rstrip("0")
        return max(len(decimals), _LEAST_DECIMALS)


def moment(timestamp: int) -> str:
    """Format unix seconds as UTC: "Nov 22 12:55"."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%b %d %H:%M}"


def date(timestamp: int) -> str:
    """Format unix seconds with the year: "2026-11-22 12:55 UTC"."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: int) -> str:
    """Format seconds in their two largest units: "6 days 18 hours"."""
    parts = []
    for name, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2])


def passed(seconds: int) -> str:
    """Say how much time passes: "1 hour passes"."""
    text = duration(seconds)
    return f"{text} {'passes' if text.startswith('1 ') and text.count(' ') == 1 else 'pass'}"


def shown(text: str, limit: int = 36) -> str:
    """Shorten a stranger's text to one line, without control characters."""
    plain = " ".join(text.split())
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in plain)
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
