"""Cache of recent responses, valid while the indexed block is the one that they were made at.

A GET of the index depends only on its query and the indexed block, whose digest covers every row
(`store.digest`). A client that already has a response, by its ETag, gets 304 (RFC 9110, RFC 9111).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson
from cachetools import LRUCache
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from agentescrow.api.indexed_block import IndexedBlockReader
from agentescrow.api.responses import JSON
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.position import Block

BYTES_MAX: Final = 32 * 1024 * 1024
"""Size limit of the whole cache."""

NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The client has this response: `If-None-Match` has its `ETag`."}
}
"""Further response of routes that return an `IndexResponse`, for the OpenAPI document."""

_OVERHEAD: Final = 1_000  # approximate bytes of an entry besides its strings
_ENTRY_MAX: Final = BYTES_MAX // 32
_TYPE: Final = (b"content-type", JSON.encode())
_TAG: Final = re.compile(rb'"[^"]*"|\*')  # weak tags match like strong ones

_Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A response read from the index.

    Attributes:
        key: Path and query.
        route: Route, for the metrics.
        block: Block that it was made at.
        body: JSON.
    """

    key: _Key
    route: Any
    block: Block
    body: bytes
    etag: bytes = field(init=False)
    _headers: tuple[tuple[bytes, bytes], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Compute the ETag and the headers once."""
        etag = b'"%b"' % sha256(self.body).hexdigest()[:32].encode()
        length = (b"content-length", str(len(self.body)).encode())
        object.__setattr__(self, "etag", etag)
        object.__setattr__(self, "_headers", ((b"etag", etag), _TYPE, length))

    async def send(self, scope: Scope, send: Send) -> None:
        """Send the response, or 304 if the client has it."""
        scope["indexed_block"], scope["route"] = self.block, self.route
        status, headers, body = 200, self._headers, self.body
        if self._is_known(scope):
            status, headers, body = 304, headers[:1], b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _is_known(self, scope: Scope) -> bool:
        """Check If-None-Match (RFC 9110, 13.1.2)."""
        sent = [value for name, value in scope["headers"] if name == b"if-none-match"]
        tags = _TAG.findall(b",".join(sent)) if sent else []
        return self.etag in tags or b"*" in tags


class ResponseCache:
    """Cached responses, of which the least recently used ones are evicted first."""

    def __init__(self, block: IndexedBlockReader) -> None:
        """Make an empty cache.

        Args:
            block: Reads the indexed block, which decides what is still valid.
        """
        self._block_reader = block
        self._responses: LRUCache[_Key, CachedResponse] = LRUCache(BYTES_MAX, _size)

    @property
    def size(self) -> int:
        """Approximate bytes of all entries."""
        return int(self._responses.currsize)

    async def find(self, scope: Scope) -> CachedResponse | None:
        """Find a valid response to a GET."""
        found = self._responses.get(_key(scope))
        if found is None:
            return None
        try:
            block = await self._block_reader.block()
        except DatabaseBusy:
            return None  # the route answers with the error
        return found if found.block == block else None

    def add(self, response: CachedResponse) -> None:
        """Add a response, replacing the last one to the same query; very large ones are ignored."""
        if _size(response) <= _ENTRY_MAX:
            self._responses[response.key] = response


class ResponseCacheMiddleware:
    """ASGI middleware that answers from the cache before routing."""

    def __init__(self, app: ASGIApp, *, cache: ResponseCache) -> None:
        self._app = app
        self._cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            found = await self._cache.find(scope)
            if found is not None:
                await found.send(scope, send)
                return
        await self._app(scope, receive, send)


class IndexResponse(Response):
    """Response of a route that has read the index and nothing else; it is cached."""

    media_type = JSON

    def render(self, content: object) -> bytes:
        """Encode JSON."""
        return orjson.dumps(content)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Cache the response and send it."""
        block, route = scope["indexed_block"], scope["route"]
        response = CachedResponse(_key(scope), route, block, bytes(self.body))
        scope["app"].state.response_cache.add(response)
        await response.send(scope, send)


def _key(scope: Scope) -> _Key:
    """Give the path and the query; the order of parameters does not matter."""
    query: bytes = scope["query_string"]
    return scope["path"], b"&".join(sorted(query.split(b"&"))) if b"&" in query else query


def _size(response: CachedResponse) -> int:
    path, query = response.key
    return len(response.body) + len(path) + len(query) + _OVERHEAD
