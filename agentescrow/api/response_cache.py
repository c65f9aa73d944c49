"""The answers that were given lately, byte for byte, for as long as they are true.

What a GET says of the index is a function of its query and of the indexed block, whose digest is
of every row (`store.digest`): an answer is true while the block is the one that it was made at.
Whoever has it already, by its ETag, gets 304 in place of its bytes (RFC 9110, RFC 9111).
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

from agentescrow.api.indexed_block import Latest
from agentescrow.api.responses import JSON
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.position import Block

BYTES: Final = 32 * 1024 * 1024
"""What all kept answers may take."""

INDEXED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The client has it: `If-None-Match` has its `ETag`."}
}
"""What a route of an `IndexAnswer` answers besides."""

_EACH: Final = 1_000  # about, besides its bytes
_LARGEST: Final = BYTES // 32
_TYPE: Final = (b"content-type", JSON.encode())
_TAG: Final = re.compile(rb'"[^"]*"|\*')  # weak ones are as good

_Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer out of the index.

    Args:
        key: What was asked.
        route: Which route that is, for the metrics.
        block: The block that it is true at.
        body: JSON.
    """

    key: _Key
    route: Any
    block: Block
    body: bytes
    etag: bytes = field(init=False)
    _headers: tuple[tuple[bytes, bytes], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Name its bytes, and say once what is said of them each time."""
        etag = b'"%b"' % sha256(self.body).hexdigest()[:32].encode()
        length = (b"content-length", str(len(self.body)).encode())
        object.__setattr__(self, "etag", etag)
        object.__setattr__(self, "_headers", ((b"etag", etag), _TYPE, length))

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it, or that the client has it.

        Args:
            scope: Of the request.
            send: To the client.
        """
        scope["indexed_block"], scope["route"] = self.block, self.route
        status, headers, body = 200, self._headers, self.body
        if self._is_known(scope):
            status, headers, body = 304, headers[:1], b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _is_known(self, scope: Scope) -> bool:
        """Whether the client names it, or anything at all (RFC 9110, 13.1.2)."""
        asked = [value for name, value in scope["headers"] if name == b"if-none-match"]
        tags = _TAG.findall(b",".join(asked)) if asked else []
        return self.etag in tags or b"*" in tags


class Recent:
    """The kept answers; those that were asked for least lately go first."""

    def __init__(self, latest: Latest) -> None:
        """Begin with none.

        Args:
            latest: Says which answers are true.
        """
        self._latest = latest
        self._answers: LRUCache[_Key, Answer] = LRUCache(BYTES, _size)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return int(self._answers.currsize)

    async def find(self, scope: Scope) -> Answer | None:
        """The answer to a request, if it is kept and true.

        Args:
            scope: Of a GET.
        """
        found = self._answers.get(_key(scope))
        if found is None:
            return None
        try:
            block = await self._latest.block()
        except DatabaseBusy:
            return None  # its own route says so
        return found if found.block == block else None

    def keep(self, answer: Answer) -> None:
        """Keep an answer in the place of the last one to the same request.

        Args:
            answer: The answer.
        """
        if _size(answer) <= _LARGEST:
            self._answers[answer.key] = answer


class Repeat:
    """ASGI middleware: what was asked before, at this block, is answered before it is routed."""

    def __init__(self, app: ASGIApp, *, recent: Recent) -> None:
        """Wrap the app.

        Args:
            app: What answers.
            recent: What it has answered.
        """
        self._app = app
        self._recent = recent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            found = await self._recent.find(scope)
            if found is not None:
                await found.send(scope, send)
                return
        await self._app(scope, receive, send)


class IndexAnswer(Response):
    """What a route returns that has read the index and nothing else."""

    media_type = JSON

    def render(self, content: object) -> bytes:
        """Encode it.

        Args:
            content: Of cards.
        """
        return orjson.dumps(content)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it, and keep it."""
        block, route = scope["indexed_block"], scope["route"]
        answer = Answer(_key(scope), route, block, bytes(self.body))
        scope["app"].state.recent.keep(answer)
        await answer.send(scope, send)


def _key(scope: Scope) -> _Key:
    """What is asked: parameters mean the same in any order."""
    query: bytes = scope["query_string"]
    return scope["path"], b"&".join(sorted(query.split(b"&"))) if b"&" in query else query


def _size(answer: Answer) -> int:
    path, query = answer.key
    return len(answer.body) + len(path) + len(query) + _EACH
