"""Limits of request bodies: length and media type, checked before a body is read."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentescrow.api.errors import problem

BYTES_MAX: Final = 256 * 1024
_TOO_LARGE: Final = f"The body is too long; at most {BYTES_MAX} bytes are allowed."


class BodyLimits:
    """ASGI middleware that answers 413 and 415."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        app: ASGIApp = self._app
        if length.isdigit() and int(length[:18]) > BYTES_MAX:
            app = problem(413, "CONTENT_TOO_LARGE", _TOO_LARGE)
        elif media_type != b"application/json" and (media_type or length != b"0"):
            app = problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
        await app(scope, _limited(receive), send)


def _limited(receive: Receive) -> Receive:
    """Stop a body that has no or a wrong Content-Length once it is too long."""
    received = 0

    async def next_part() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BYTES_MAX:
            raise HTTPException(413, _TOO_LARGE)
        return message

    return next_part
