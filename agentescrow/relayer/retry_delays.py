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
        depth: Blocks after which an outcome is for good, as far as anybody is told.
        reach: Blocks that the chain may take back: deeper, the database has to begin anew. A node
            that has fewer is no chain that was reorganised, but one that is far behind.
    """

    resend: int = 3
    replace: int = 15
    depth: int = 12
    reach: int = 200
