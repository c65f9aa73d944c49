"""Amounts of USDC as text and as base units, and the platform's fee."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from agentescrow.domain.constants import BPS, ONE_USDC, PLATFORM_FEE_BPS, USDC_DECIMALS
from agentescrow.errors import InvalidAmount

UINT64_MAX: Final = 2**64 - 1

_PLAIN: Final = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_ALLOWED: Final = (
    'whole USDC or up to 6 decimals with a point, such as "100" or "12.5"; no sign, exponent, '
    "separator or space"
)
_TOO_MANY_DECIMALS: Final = "USDC has 6 decimals, so at most 6 digits may follow the point"
_TOO_LARGE: Final = "at most 18446744073709.551615 USDC (uint64 base units)"
_NOT_BASE_UNITS: Final = "a whole number of base units, as an int"


def parse_usdc(amount: str | int | Decimal) -> int:
    """Read an amount in USDC as base units.

    Text may have digits and a point only. Exponents, separators, signs and spaces are refused,
    because they have hidden factors of ten or a thousand before.

    Args:
        amount: USDC, e.g. "12.5", 100 or Decimal("0.000001"). Never a float, which cannot be exact.

    Returns:
        Base units, 0 to 2**64 - 1.

    Raises:
        InvalidAmount: For any other value.
    """
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise InvalidAmount(amount, f"{_ALLOWED}; text, int or Decimal")
    if isinstance(amount, int):
        if amount < 0:
            raise InvalidAmount(amount, _ALLOWED)
        return _within_uint64(amount, amount * ONE_USDC)
    return _parse_text(amount, _plain(amount) if isinstance(amount, Decimal) else amount)


def format_usdc(base_units: int) -> str:
    """Write base units as USDC without trailing zeros: 12_500_000 is "12.5".

    Raises:
        InvalidAmount: The value is not an int.
    """
    if isinstance(base_units, bool) or not isinstance(base_units, int):
        raise InvalidAmount(base_units, _NOT_BASE_UNITS)
    whole, fraction = divmod(abs(base_units), ONE_USDC)
    decimals = f"{fraction:0{USDC_DECIMALS}d}".rstrip("0")
    sign = "-" if base_units < 0 else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def fee_on(reward: int) -> int:
    """Compute the platform's fee on a reward, both in base units: 5 %, rounded up (RUN-3).

    Raises:
        InvalidAmount: The reward is negative or not an int.
    """
    if isinstance(reward, bool) or not isinstance(reward, int) or reward < 0:
        raise InvalidAmount(reward, f"{_NOT_BASE_UNITS}, 0 or more")
    return (reward * PLATFORM_FEE_BPS + BPS - 1) // BPS


def _plain(amount: Decimal) -> str:
    """Write a Decimal with digits and a point, unless that would be very long (1E+999999999)."""
    if not amount.is_finite() or amount.is_signed():
        raise InvalidAmount(amount, _ALLOWED)
    if amount > UINT64_MAX:
        raise InvalidAmount(amount, _TOO_LARGE)
    if int(amount.as_tuple().exponent) < -USDC_DECIMALS:
        raise InvalidAmount(amount, _TOO_MANY_DECIMALS)
    return f"{amount:f}"


def _parse_text(given: str | Decimal, text: str) -> int:
    if not _PLAIN.fullmatch(text):
        raise InvalidAmount(given, _ALLOWED)
    whole, _, decimals = text.partition(".")
    if len(decimals) > USDC_DECIMALS:
        raise InvalidAmount(given, _TOO_MANY_DECIMALS)
    # More digits than 2**64 has are refused here, because int() refuses very long text.
    if len(whole.lstrip("0")) > len(str(UINT64_MAX)):
        raise InvalidAmount(given, _TOO_LARGE)
    return _within_uint64(given, int(whole.lstrip("0") + decimals.ljust(USDC_DECIMALS, "0")))


def _within_uint64(given: object, base_units: int) -> int:
    if base_units > UINT64_MAX:
        raise InvalidAmount(given, _TOO_LARGE)
    return base_units
