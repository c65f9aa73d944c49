"""The requests of each client, counted by all processes together, in Valkey or Redis (API-3)."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.errors import StorageError
from valkey.asyncio import ConnectionPool

from agentescrow.api.rate_limits import RateLimit, Standing, Windows, seconds_until

_log = logging.getLogger(__name__)
_PATIENCE: Final = 2.0  # seconds for an answer of the store
_AWAY_SECONDS: Final = 5.0  # until a store that gave none is asked again


class SharedWindows(Windows):
    """While the store does not answer, this process counts for itself, as without one."""

    def __init__(self, limit: RateLimit, store: str) -> None:
        """Connect with the first request.

        Args:
            limit: Of each client.
            store: Its address, as RATE_LIMIT_STORE; its query may have options of the driver.
        """
        super().__init__(limit)
        patience = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
        self._pool = ConnectionPool.from_url(_address(store), **patience)
        options: dict[str, Any] = {"connection_pool": self._pool}
        self._storage = RedisStorage("async+valkey://", wrap_exceptions=True, **options)
        self._item = RateLimitItemPerSecond(limit.requests, limit.seconds)
        self._away_until: float | None = None

    async def count(self, client: str) -> Standing:
        """Count a request.

        Args:
            client: Whose.
        """
        if self._away_until is not None and time.monotonic() < self._away_until:
            return await super().count(client)
        try:
            standing = await self._count(client)
        except StorageError as problem:
            self._note(problem.storage_error)
            return await super().count(client)
        self._note(None)
        return standing

    async def close(self) -> None:
        """Let go of the store."""
        await self._pool.aclose()

    async def _count(self, client: str) -> Standing:
        key = self._item.key_for(client)
        used = await self._storage.incr(key, self.limit.seconds)
        ends = await self._storage.get_expiry(key)
        left = self.limit.requests - used
        return Standing(max(left, 0), seconds_until(ends, time.time()), refused=left < 0)

    def _note(self, problem: Exception | None) -> None:
        """Say once that the store is away, and once that it is back."""
        if problem is None and self._away_until is not None:
            _log.warning("the store of the rate limit answers again")
        elif problem is not None and self._away_until is None:
            words = (
                "the store of the rate limit does not answer: %s; each process counts for itself"
            )
            _log.warning(words, problem)
        self._away_until = None if problem is None else time.monotonic() + _AWAY_SECONDS


def _address(store: str) -> str:
    """As the driver names them: Redis is spoken to as Valkey is."""
    scheme, _, rest = store.partition("://")
    kind = scheme.replace("redis", "valkey")
    return f"{'unix' if kind == 'valkey+unix' else kind}://{rest}"
