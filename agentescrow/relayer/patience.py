"""When the relayer does something again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """When something is done again.

    Args:
        resend: Seconds after which a transaction that is not mined is sent once more, and after
            which a nonce that nobody holds is taken.
        replace: Seconds after which it is replaced by one with higher fees.
        depth: Blocks after which an outcome is for good.
    """

    resend: int = 3
    replace: int = 15
    depth: int = 12
