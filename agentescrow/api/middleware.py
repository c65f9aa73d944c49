"""What every request passes: the limit of its client, the headers of the answer, the metrics."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentescrow.api.errors import problem
from agentescrow.api.indexed_block import Latest
from agentescrow.api.rate_limits import Standing, Windows, client_of
from agentescrow.api.service.metrics import REQUESTS, SECONDS
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.position import Block
from agentescrow.wire.shape import iso_time

_METHODS: Final = ("GET", "POST", "OPTIONS")  # others are refused, and counted as one
Headers = Iterable[tuple[bytes, bytes]]

FREE: Final = ("/health", "/ready", "/metrics")
"""Paths that are not counted."""


class Traffic:
    """ASGI middleware, written out because it is in the way of every request."""

    def __init__(self, app: ASGIApp, *, windows: Windows, latest: Latest) -> None:
        """Wrap the app.

        Args:
            app: What answers.
            windows: Of each client.
            latest: Knows the indexed block, for answers that were not read from the index.
        """
        self._app = app
        self._latest = latest
        self._seen: Block | None = None
        self._windows = windows
        self._limit = windows.limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        standing = await self._count(scope)
        limits = self._limit_headers(standing)
        status = 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._seen = scope.get("indexed_block") or await self._block(status)
                about = *limits, *_block_headers(self._seen)
                message["headers"] = [*_never_stale(message["headers"]), *about]
            await send(message)

        app: ASGIApp = self._app
        if standing is not None and standing.refused:
            words = f"{self._limit.requests} requests in {self._limit.seconds} s are allowed."
            app = problem(429, "TOO_MANY_REQUESTS", words, {"Retry-After": str(standing.reset)})
        await app(scope, receive, with_headers)
        route: Any = scope.get("route")
        path = getattr(route, "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        requests, seconds = _metrics(method, path, status)
        requests.inc()
        seconds.observe(time.perf_counter() - began)

    async def _block(self, status: int) -> Block | None:
        """The indexed block; who asks too often does not make us look."""
        if status == HTTPStatus.TOO_MANY_REQUESTS and self._seen is not None:
            return self._seen
        try:
            return await self._latest.block()
        except DatabaseBusy:
            return self._seen

    async def _count(self, scope: Scope) -> Standing | None:
        """Count a request, where it is one that counts."""
        if not self._limit.requests or scope["path"] in FREE:
            return None
        return await self._windows.count(client_of(scope))

    def _limit_headers(self, standing: Standing | None) -> list[tuple[bytes, bytes]]:
        if standing is None:
            return []
        return [
            (b"x-ratelimit-limit", str(self._limit.requests).encode()),
            (b"x-ratelimit-remaining", str(standing.left).encode()),
            (b"x-ratelimit-reset", str(standing.reset).encode()),
        ]


def _never_stale(headers: Headers) -> Headers:
    """Let every cache ask before it gives an answer again, unless it may not keep it at all."""
    said = any(name == b"cache-control" for name, _ in headers)
    return headers if said else [*headers, (b"cache-control", b"no-cache")]


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
