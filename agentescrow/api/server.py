"""The server: uvicorn, with bounds for clients that dribble, never end, or do not read (API-3).

uvicorn alone waits for ever, for a request as for a reader, and keeps a head of any length.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from agentescrow.api.body_limits import BYTES_MAX
from agentescrow.api.errors import problem

HEAD_MAX: Final = 32 * 1024
_MESSAGE_MAX: Final = 4 * BYTES_MAX  # with what still comes of a body that was refused
_CLOSE: Final = {"Connection": "close"}
_HEAD_TOO_LONG: Final = f"Request line and headers have at most {HEAD_MAX} bytes."


class Connection(HttpToolsProtocol):
    """One connection.

    Attributes:
        patience: Seconds that a request may take to come in, and that full buffers may take to be
            read.
    """

    patience: float = 30.0
    _received = 0  # of this message
    _part = 0  # what comes in now
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._coming = _Clock(self.loop, self.patience, self._give_up)
        self._unread = _Clock(self.loop, self.patience, transport.abort)
        self._coming.start()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request, but not without end."""
        if self.cycle is not None and self.cycle.response_complete:
            self._coming.run()  # uvicorn's own clock for silence stops here
        self._part = len(data)
        super().data_received(data)
        self._received += self._part
        if self.transport.is_closing():
            return
        if self._in_head and self._received > HEAD_MAX:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _HEAD_TOO_LONG)
        elif self._received > _MESSAGE_MAX:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins to come in."""
        super().on_message_begin()
        self._received, self._in_head = 0, True
        self._coming.start()

    def on_headers_complete(self) -> None:
        """Its head is here."""
        self._in_head = False
        if self._received + self._part > HEAD_MAX and self._head_length() > HEAD_MAX:
            self.url = self.url[:HEAD_MAX]  # a longer one cannot be parsed
            self.app = problem(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", _HEAD_TOO_LONG, _CLOSE)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is here; the clock goes on where the answer was given before."""
        super().on_message_complete()
        if not self.cycle.response_complete:
            self._coming.stop()

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        super().pause_writing()
        self._unread.start()

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self._unread.stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, whoever wanted it."""
        self._coming.end()
        self._unread.end()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; as a problem, unlike uvicorn."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _give_up(self) -> None:
        words = f"The request did not come in within {self.patience:g} s."
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, words)

    def _refuse(self, status: HTTPStatus, words: str) -> None:
        """Answer, unless another answer is under way, and close."""
        cycle = self.cycle
        if not self.pipeline and (cycle is None or not cycle.response_started or self._is_next()):
            answer = problem(status, status.name, words, _CLOSE)
            headers = [*self.server_state.default_headers, *answer.raw_headers]
            lines = b"".join(b"%b: %b\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + bytes(answer.body))
        if cycle is not None:
            cycle.disconnected = True  # whoever still works on it has nobody to answer
        self.transport.close()

    def _head_length(self) -> int:
        return len(self.url) + sum(len(name) + len(text) for name, text in self.headers)

    def _is_next(self) -> bool:
        """Whether what comes in belongs to no request that was answered already."""
        return self.cycle.response_complete and (self._in_head or not self.cycle.more_body)


def server_of(app: ASGIApp, connection: type[Connection] = Connection) -> uvicorn.Server:
    """A server for the app; web sockets are none of its business.

    Args:
        app: What answers.
        connection: How it treats its clients.
    """
    # Without a format of its own: it logs as its process does.
    config = uvicorn.Config(app, http=connection, ws="none", log_config=None, log_level="warning")
    return uvicorn.Server(config)


class _Clock:
    """Calls when it has run for some seconds; to start and to stop it is next to nothing.

    The loop's own timers would take longer than anything else here: one stays, and looks again.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, then: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._then = then
        self._began: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def run(self) -> None:
        """Start, unless it runs."""
        if self._began is None:
            self.start()

    def start(self) -> None:
        """Start anew."""
        self._began = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Stop, if it runs."""
        self._began = None

    def end(self) -> None:
        """Never call."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._began is None:
            return
        left = self._began + self._seconds - self._loop.time()
        if left <= 0:
            self._then()
        else:
            self._timer = self._loop.call_later(left, self._look)
