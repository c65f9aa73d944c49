"""What callers may give: amounts, numbers and times, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from eth_typing import ChecksumAddress

from agentescrow.addresses import read_address
from agentescrow.domain.times import parse_time
from agentescrow.errors import InvalidAmount, InvalidInput, InvalidTime

_MAX: Final = 2**63 - 1
_DIGITS: Final = re.compile(r"[0-9]{1,20}", re.ASCII)
_UNITS: Final = (
    'base units as an int or as digits, such as "20000000" for 20 USDC; '
    'parse_usdc("20") makes them of USDC'
)


def base_units(amount: int | str) -> int:
    """Read an amount.

    Args:
        amount: Base units of USDC.

    Raises:
        InvalidAmount: It is none.
    """
    if isinstance(amount, str) and _DIGITS.fullmatch(amount):
        amount = int(amount)
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount < 2**64:
        raise InvalidAmount(amount, _UNITS)
    return amount


def number(field: str, value: int) -> int:
    """Check the number of a run or an agent.

    Args:
        field: What it is, in the caller's words.
        value: As it came.

    Raises:
        InvalidInput: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX:
        raise InvalidInput(field, value, "a whole number from 0 on")
    return value


def address(field: str, value: str) -> ChecksumAddress:
    """Read an address.

    Args:
        field: What it is, in the caller's words.
        value: 0x and 40 hexadecimal digits; in mixed case its checksum has to fit.

    Raises:
        InvalidInput: It is none.
    """
    found = read_address(value)
    if found is None:
        raise InvalidInput(field, value, "an address: 0x and 40 hexadecimal digits, as copied")
    return found


def listed(names: str | Sequence[str]) -> str:
    """One name or several, as the API takes them.

    Args:
        names: As they came; one text may have several, separated by commas.
    """
    return names if isinstance(names, str) else ",".join(names)


def moment(value: int | str | datetime, now: int) -> int:
    """Read a point in time.

    Args:
        value: Unix seconds, ISO 8601 with a zone, "+3d" and the like, or an aware datetime.
        now: Unix seconds from which "+…" counts.

    Raises:
        InvalidTime: It is none.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidTime(value, "a datetime needs its zone: datetime.now(UTC)")
        return int(value.timestamp())
    if isinstance(value, str):
        return parse_time(value, now)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidTime(value, 'unix seconds, "2026-12-01T12:00:00Z", "+3d" or a datetime')
    return value
