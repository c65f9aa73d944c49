"""Whose turn it is: a signer's requests come in order, so many at a time and in a while."""

from __future__ import annotations

from collections.abc import Mapping

from agentescrow.errors import RequestOutOfOrder, TooManyRequests
from agentescrow.relayer.limits import RelayLimits
from agentescrow.store.database import Connection
from agentescrow.store.people.relays import accepted_since, pending_nonces


class Turns:
    """The signers' turns at the end of the queue, at one moment."""

    def __init__(
        self, connection: Connection, limits: RelayLimits, mined: Mapping[str, int], now: int
    ) -> None:
        """Know nobody yet.

        Args:
            connection: The transaction that takes.
            limits: What is accepted.
            mined: The signers' next nonces at the forwarder.
            now: Unix seconds.
        """
        self._connection = connection
        self._limits = limits
        self._mined = mined
        self._now = now
        self._waiting: dict[str, set[int]] = {}
        self._recent: dict[str, int] = {}

    def require(self, signer: str, nonce: int | None) -> None:
        """Make sure that it is a request's turn.

        Args:
            signer: Of the request.
            nonce: Of the forwarder; None where the request is bound to no order.

        Raises:
            TooManyRequests: Its signer has too many.
            RequestOutOfOrder: Another nonce is the next one.
        """
        self._look_up(signer)
        self._require_within_limits(signer)
        if nonce is not None:
            self._require_next(signer, nonce)

    def note(self, signer: str, nonce: int) -> None:
        """A request was taken.

        Args:
            signer: Of the request.
            nonce: Its nonce.
        """
        self._waiting[signer].add(nonce)
        self._recent[signer] += 1

    def _look_up(self, signer: str) -> None:
        if signer not in self._waiting:
            pending = pending_nonces(self._connection, signer)
            self._waiting[signer] = {each for each in pending if each >= self._mined[signer]}
            since = self._now - self._limits.per_seconds
            self._recent[signer] = accepted_since(self._connection, signer, since)

    def _require_within_limits(self, signer: str) -> None:
        limits = self._limits
        if len(self._waiting[signer]) >= limits.pending_per_signer:
            raise TooManyRequests(
                f"{signer} has {limits.pending_per_signer} requests under way", retry_after=2
            )
        if self._recent[signer] >= limits.per_signer:
            raise TooManyRequests(
                f"{signer} has sent {limits.per_signer} requests in {limits.per_seconds} s",
                retry_after=limits.per_seconds,
            )

    def _require_next(self, signer: str, nonce: int) -> None:
        expected = self._mined[signer]
        while expected in self._waiting[signer]:
            expected += 1
        if nonce != expected:
            raise RequestOutOfOrder(
                f"the request's nonce is {nonce}, the next of {signer} is {expected}: "
                "it was used already, or another request comes first"
            )
