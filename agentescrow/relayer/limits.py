"""What the relayer's owner pays for, at most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """Limits of what is accepted and spent.

    Args:
        pending_per_signer: Requests of one signer that may wait at a time.
        per_signer: Requests of one signer within `per_seconds`.
        per_seconds: Seconds.
        gas: Most gas that a request may ask for.
        valid_seconds: How long ahead a request's deadline may lie.
        spare_seconds: How long a request must be valid yet, so that it is mined in time.
        max_fee: Most wei a gas that is ever offered.
    """

    pending_per_signer: int = 16
    per_signer: int = 60
    per_seconds: int = 60
    gas: int = 2_000_000
    valid_seconds: int = 86_400
    spare_seconds: int = 30
    max_fee: int = 500 * 10**9
