"""The key under which a write is done once, however often it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from eth_utils.crypto import keccak

from agentescrow.errors import InvalidInput

_KEY: Final = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class WriteKey:
    """What tells a write that comes again from another one.

    Args:
        text: Idempotency-Key for the API.
        is_given: Whether the caller has chosen it, and may come with it again.
    """

    text: str
    is_given: bool

    @property
    def salt(self) -> bytes:
        """Of an authorization: USDC takes the same one a single time."""
        return keccak(text=self.text)


def write_key(given: str | None = None) -> WriteKey:
    """Make a key, or take the caller's.

    Args:
        given: 1 to 255 visible ASCII characters.

    Raises:
        InvalidInput: It is none.
    """
    if given is None:
        return WriteKey(uuid4().hex, is_given=False)
    if not isinstance(given, str) or not _KEY.fullmatch(given):
        raise InvalidInput("idempotency_key", given, "1 to 255 visible ASCII characters")
    return WriteKey(given, is_given=True)
