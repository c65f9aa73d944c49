"""Rate limit of each client, counted by all processes together in Valkey or Redis (API-3)."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.errors import StorageError
from valkey.asyncio import ConnectionPool

from agentescrow.api.rate_limits import RateLimit, RateLimiter, RateLimitStatus, seconds_until

_log = logging.getLogger(__name__)
_TIMEOUT: Final = 2.0  # seconds for an answer of the store
_RETRY_SECONDS: Final = 5.0  # until a store that did not answer is tried again


class SharedRateLimiter(RateLimiter):
    """Counts in a store; while the store does not answer, each process counts for itself."""

    def __init__(self, limit: RateLimit, store: str) -> None:
        """Prepare a connection, which is opened by the first request.

        Args:
            limit: Limit of each client.
            store: Address as in RATE_LIMIT_STORE; its query may have options of the driver.
        """
        super().__init__(limit)
        timeouts = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT}
        self._pool = ConnectionPool.from_url(_driver_address(store), **timeouts)
        options: dict[str, Any] = {"connection_pool": self._pool}
        self._storage = RedisStorage("async+valkey://", wrap_exceptions=True, **options)
        self._item = RateLimitItemPerSecond(limit.requests, limit.seconds)
        self._retry_at: float | None = None

    async def count(self, client: str) -> RateLimitStatus:
        """Count a request of a client."""
        if self._retry_at is not None and time.monotonic() < self._retry_at:
            return await super().count(client)
        try:
            status = await self._count(client)
        except StorageError as problem:
            self._note(problem.storage_error)
            return await super().count(client)
        self._note(None)
        return status

    async def close(self) -> None:
        """Close the connections to the store."""
        await self._pool.aclose()

    async def _count(self, client: str) -> RateLimitStatus:
        key = self._item.key_for(client)
        used = await self._storage.incr(key, self.limit.seconds)
        ends = await self._storage.get_expiry(key)
        remaining = self.limit.requests - used
        reset = seconds_until(ends, time.time())
        return RateLimitStatus(max(remaining, 0), reset, exceeded=remaining < 0)

    def _note(self, problem: Exception | None) -> None:
        """Log once that the store does not answer, and once that it answers again."""
        if problem is None and self._retry_at is not None:
            _log.warning("the rate limit store answers again")
        elif problem is not None and self._retry_at is None:
            _log.warning(
                "the rate limit store does not answer: %s; each process counts for itself", problem
            )
        self._retry_at = None if problem is None else time.monotonic() + _RETRY_SECONDS


def _driver_address(store: str) -> str:
    """Write an address as the driver names it; it speaks to Redis as to Valkey."""
    scheme, _, rest = store.partition("://")
    kind = scheme.replace("redis", "valkey")
    return f"{'unix' if kind == 'valkey+unix' else kind}://{rest}"
