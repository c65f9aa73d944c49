"""What the relayer's owner pays for, at most."""

from __future__ import annotations

from dataclasses import dataclass

from agentescrow.chain.fees import max_fee_on


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
        max_fee: Most wei a gas that is ever offered; the default of the chain where None.
    """

    pending_per_signer: int = 16
    per_signer: int = 60
    per_seconds: int = 60
    gas: int = 2_000_000
    valid_seconds: int = 86_400
    spare_seconds: int = 30
    max_fee: int | None = None

    def max_fee_on(self, chain_id: int) -> int:
        """Most wei a gas that is ever offered.

        Args:
            chain_id: The chain.
        """
        return max_fee_on(chain_id) if self.max_fee is None else self.max_fee
