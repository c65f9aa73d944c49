"""Private keys as people write them: 32 bytes and nothing else."""

from __future__ import annotations

import re
from typing import Final, cast

from eth_account import Account
from eth_account.signers.local import LocalAccount

from agentescrow.errors import InvalidInput

_KEY: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})")
_BYTES: Final = 32
_ALLOWED: Final = "0x and 64 hexadecimal digits"


def account_of(key: str | bytes, field: str = "private_key") -> LocalAccount:
    """Make the account of a private key.

    A key that lost a digit when it was copied is refused: the libraries below would pad it to
    another key, of an account that nobody knows.

    Args:
        key: 64 hexadecimal digits with or without 0x, white space around them (the line end of a
            file) aside; or 32 bytes.
        field: What the key is called where it came from.

    Raises:
        InvalidInput: It is no private key. It is not repeated in the message.
    """
    secret = _secret(key)
    if secret is not None:
        try:
            return cast(LocalAccount, Account.from_key(secret))
        except Exception:  # zero, or beyond the curve's order: without the key in the message
            pass
    raise InvalidInput(field, "(hidden)", _ALLOWED)


def _secret(key: str | bytes) -> bytes | None:
    if isinstance(key, bytes):
        return bytes(key) if len(key) == _BYTES else None
    digits = _KEY.fullmatch(key.strip())
    return bytes.fromhex(digits[1]) if digits else None
