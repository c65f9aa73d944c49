"""Amounts, times and other people's text, as they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from agentescrow.domain.constants import DAY, ONE_USDC, USDC_DECIMALS
from agentescrow.domain.money import format_usdc

_UNITS: Final = (("day", DAY), ("hour", 3600), ("minute", 60), ("second", 1))
_FEWEST: Final = 2  # decimals


def description_uri(description: str) -> str:
    """A run's description as the URI that goes into the chain."""
    return f"data:text/plain;charset=utf-8,{quote(description)}"


def usdc(amount: int) -> str:
    """Say an amount: "12.5 USDC".

    Args:
        amount: Base units.
    """
    return f"{format_usdc(amount)} USDC"


class Figures:
    """Writes amounts so that their points stand below each other, with the decimals they need.

    Args:
        amounts: All that will be written, base units.
    """

    def __init__(self, amounts: Iterable[int]) -> None:
        self._decimals = max((self._needed(amount) for amount in amounts), default=_FEWEST)

    def plain(self, amount: int) -> str:
        """Write an amount: "10,000.00", a hyphen for nothing."""
        if amount == 0:
            return f"-{' ' * (self._decimals + 1)}"
        whole, fraction = divmod(abs(amount), ONE_USDC)
        decimals = f"{fraction:0{USDC_DECIMALS}d}"[: self._decimals]
        return f"{'-' if amount < 0 else ''}{whole:,}.{decimals}"

    def signed(self, amount: int) -> str:
        """Write a difference: "+110.00"."""
        return f"{'+' if amount > 0 else ''}{self.plain(amount)}"

    @staticmethod
    def _needed(amount: int) -> int:
        decimals = f"{abs(amount) % ONE_USDC:0{USDC_DECIMALS}d}".rstrip("0")
        return max(len(decimals), _FEWEST)


def moment(timestamp: int) -> str:
    """Say a point in time, UTC: "Nov 22 12:55".

    Args:
        timestamp: Unix seconds.
    """
    return f"{datetime.fromtimestamp(timestamp, UTC):%b %d %H:%M}"


def date(timestamp: int) -> str:
    """Say a point in time with its year: "2026-11-22 12:55 UTC".

    Args:
        timestamp: Unix seconds.
    """
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: int) -> str:
    """Say how long: "6 days 18 hours", the two largest units.

    Args:
        seconds: At least 1.
    """
    parts = []
    for name, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2])


def passed(seconds: int) -> str:
    """Say that time has passed: "1 hour passes".

    Args:
        seconds: At least 1.
    """
    words = duration(seconds)
    return f"{words} {'passes' if words.startswith('1 ') and words.count(' ') == 1 else 'pass'}"


def shown(text: str, limit: int = 36) -> str:
    """Make a stranger's text fit for a line: no control characters, not too long."""
    plain = " ".join(text.split())
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in plain)
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
