"""Middleware of every request: rate limit, headers of the answer, metrics."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentescrow.api.errors import problem
from agentescrow.api.indexed_block import IndexedBlockReader
from agentescrow.api.metrics import REQUESTS, SECONDS
from agentescrow.api.rate_limits import RateLimiter, RateLimitStatus, client_of
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.position import Block
from agentescrow.wire.shape import iso_time

_METHODS: Final = ("GET", "POST", "OPTIONS")  # others are refused, and counted as one
Headers = Iterable[tuple[bytes, bytes]]

UNLIMITED_PATHS: Final = ("/health", "/ready", "/metrics")
"""Paths that the rate limit does not count."""


class RequestMiddleware:
    """Counts each request, adds the common headers and measures; plain ASGI, because it is hot."""

    def __init__(self, app: ASGIApp, *, limiter: RateLimiter, block: IndexedBlockReader) -> None:
        """Wrap the app.

        Args:
            app: App that answers.
            limiter: Counts the requests of each client.
            block: Reads the indexed block, for answers that were not read from the index.
        """
        self._app = app
        self._block_reader = block
        self._last_block: Block | None = None
        self._limiter = limiter
        self._limit = limiter.limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        limit_status = await self._count(scope)
        limits = self._limit_headers(limit_status)
        status = 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._last_block = scope.get("indexed_block") or await self._block(status)
                added = *limits, *_block_headers(self._last_block)
                message["headers"] = [*_with_cache_control(message["headers"]), *added]
            await send(message)

        app: ASGIApp = self._app
        if limit_status is not None and limit_status.exceeded:
            allowed = f"{self._limit.requests} requests in {self._limit.seconds} s"
            detail = f"More than {allowed}; try again in {limit_status.reset} s."
            retry = {"Retry-After": str(limit_status.reset)}
            app = problem(429, "TOO_MANY_REQUESTS", detail, retry)
        await app(scope, receive, with_headers)
        route: Any = scope.get("route")
        path = getattr(route, "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        requests, seconds = _metrics(method, path, status)
        requests.inc()
        seconds.observe(time.perf_counter() - began)

    async def _block(self, status: int) -> Block | None:
        # A client above its limit must not cause a query.
        if status == HTTPStatus.TOO_MANY_REQUESTS and self._last_block is not None:
            return self._last_block
        try:
            return await self._block_reader.block()
        except DatabaseBusy:
            return self._last_block

    async def _count(self, scope: Scope) -> RateLimitStatus | None:
        if not self._limit.requests or scope["path"] in UNLIMITED_PATHS:
            return None
        return await self._limiter.count(client_of(scope))

    def _limit_headers(self, status: RateLimitStatus | None) -> list[tuple[bytes, bytes]]:
        if status is None:
            return []
        return [
            (b"x-ratelimit-limit", str(self._limit.requests).encode()),
            (b"x-ratelimit-remaining", str(status.remaining).encode()),
            (b"x-ratelimit-reset", str(status.reset).encode()),
        ]


def _with_cache_control(headers: Headers) -> Headers:
    """Make caches revalidate every answer, unless it forbids caching altogether."""
    present = any(name == b"cache-control" for name, _ in headers)
    return headers if present else [*headers, (b"cache-control", b"no-cache")]


@lru_cache(maxsize=1_000)
def _metrics(method: str, path: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, path, status), SECONDS.labels(path)


@lru_cache(maxsize=8)
def _block_headers(block: Block | None) -> list[tuple[bytes, bytes]]:
    if block is None:
        return []
    return [
        (b"x-indexed-block", str(block.number).encode()),
        (b"x-indexed-block-hash", block.hash.encode()),
        (b"x-indexed-block-time", iso_time(block.time).encode()),
    ]
