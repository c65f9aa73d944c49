"""HEAD: answered as GET is, without the body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """ASGI middleware, outside of all that looks at the method."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app.

        Args:
            app: What answers GET.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})  # so that a stream ends as well

        await self._app({**scope, "method": "GET"}, receive, without_body)
