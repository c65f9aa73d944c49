"""Addresses as people give them: one that is mistyped must not get anybody's money."""

from __future__ import annotations

import re
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

_DIGITS: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def read_address(value: object) -> ChecksumAddress | None:
    """Read an address. Returns None if it is malformed or its checksum does not match.

    Libraries differ in this: eth-utils' `is_address` takes any 40 digits, whatever their case says.

    Args:
        value: 0x and 40 hexadecimal digits; in mixed case they carry a checksum (EIP-55).
    """
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        return None
    address, digits = to_checksum_address(value), value[2:]
    is_mixed = digits not in (digits.lower(), digits.upper())
    return None if is_mixed and value != address else address
