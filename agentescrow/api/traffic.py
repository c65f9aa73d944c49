"""What every request passes: the rate limit, the headers of the answer, the metrics."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from prometheus_client import Counter, Histogram
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentescrow.api.errors import problem
from agentescrow.api.metrics import REQUESTS, SECONDS
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.position import Block
from agentescrow.wire.shape import iso_time

_CLIENTS_MAX: Final = 10_000
_METHODS: Final = ("GET", "POST", "OPTIONS")  # others are refused, and counted as one
FREE: Final = ("/health", "/ready", "/metrics")
"""Paths that are not counted."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How much a client may ask for.

    Args:
        requests: Within `seconds`.
        seconds: Seconds.
    """

    requests: int
    seconds: int = 60


class Traffic:
    """ASGI middleware, written out because it is in the way of every request."""

    def __init__(
        self, app: ASGIApp, *, limit: RateLimit, latest: Callable[[], Block | None]
    ) -> None:
        """Wrap the app.

        Args:
            app: What answers.
            limit: Per client address; 0 requests means no limit.
            latest: The indexed block, for answers that were not read from the index.
        """
        self._app = app
        self._latest = latest
        self._seen: Block | None = None
        self._limit = limit
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        limits, wait = self._count(scope)
        status = 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._seen = scope.get("indexed_block") or await self._block(status)
                message["headers"] = [*message["headers"], *limits, *_block_headers(self._seen)]
            await send(message)

        app: ASGIApp = self._app
        if wait:
            words = f"{self._limit.requests} requests in {self._limit.seconds} s are allowed."
            app = problem(429, "TOO_MANY_REQUESTS", words, {"Retry-After": str(wait)})
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
            return await run_in_threadpool(self._latest)
        except DatabaseBusy:
            return self._seen

    def _count(self, scope: Scope) -> tuple[list[tuple[bytes, bytes]], int]:
        """Count a request; the seconds to wait are 0 where it is let through."""
        if not self._limit.requests or scope["path"] in FREE:
            return [], 0
        client = scope["client"][0] if scope.get("client") else ""
        now = time.monotonic()
        ends, used = self._windows.pop(client, (0.0, 0))
        if now >= ends:
            ends, used = now + self._limit.seconds, 0
        self._windows[client] = (ends, used + 1)
        if len(self._windows) > _CLIENTS_MAX:
            self._windows.popitem(last=False)
        reset = max(int(ends - now) + 1, 1)
        left = max(self._limit.requests - used - 1, 0)
        headers = [
            (b"x-ratelimit-limit", str(self._limit.requests).encode()),
            (b"x-ratelimit-remaining", str(left).encode()),
            (b"x-ratelimit-reset", str(reset).encode()),
        ]
        return headers, reset if used >= self._limit.requests else 0


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
