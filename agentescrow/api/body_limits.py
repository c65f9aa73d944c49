"""Bodies of POSTs: what is too long or no JSON is refused before it is read."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentescrow.api.errors import problem

BYTES_MAX: Final = 256 * 1024
_TOO_LARGE: Final = f"A body has at most {BYTES_MAX} bytes."


class BodyGate:
    """ASGI middleware: 413 and 415."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app.

        Args:
            app: What answers.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        app: ASGIApp = self._app
        if length.isdigit() and int(length[:18]) > BYTES_MAX:
            app = problem(413, "CONTENT_TOO_LARGE", _TOO_LARGE)
        elif kind != b"application/json" and (kind or length != b"0"):
            app = problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
        await app(scope, _counted(receive), send)


def _counted(receive: Receive) -> Receive:
    seen = 0

    async def next_part() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BYTES_MAX:
            raise HTTPException(413, _TOO_LARGE)
        return message

    return next_part
