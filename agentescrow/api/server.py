"""uvicorn with limits for slow or endless requests and for clients that do not read (API-3).

uvicorn alone waits for requests and readers without a timeout, and buffers heads of any length.
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
_MESSAGE_MAX: Final = 4 * BYTES_MAX  # includes the rest of a body that was refused
_CLOSE: Final = {"Connection": "close"}
_HEAD_TOO_LONG: Final = (
    f"Request line and headers are too long; at most {HEAD_MAX} bytes are allowed."
)


class Connection(HttpToolsProtocol):
    """Connection of a client.

    Attributes:
        timeout: Seconds for a request to arrive, and for full buffers to be read.
    """

    timeout: float = 30.0
    _received = 0  # bytes of this message before the current part
    _part = 0  # bytes of the current part
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._read_timeout = _Timeout(self.loop, self.timeout, self._refuse_late)
        self._write_timeout = _Timeout(self.loop, self.timeout, transport.abort)
        self._read_timeout.start()

    def data_received(self, data: bytes) -> None:
        """Receive a part of a request, within the limits."""
        if self.cycle is not None and self.cycle.response_complete:
            self._read_timeout.ensure_started()  # uvicorn stops its own keep-alive timer here
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
        """Start a request."""
        super().on_message_begin()
        self._received, self._in_head = 0, True
        self._read_timeout.start()

    def on_headers_complete(self) -> None:
        """Check the length of the head, which is complete."""
        self._in_head = False
        if self._received + self._part > HEAD_MAX and self._head_length() > HEAD_MAX:
            self.url = self.url[:HEAD_MAX]  # a longer one cannot be parsed
            self.app = problem(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", _HEAD_TOO_LONG, _CLOSE)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the timeout of the request, unless it was answered before it was complete."""
        super().on_message_complete()
        if not self.cycle.response_complete:
            self._read_timeout.stop()

    def pause_writing(self) -> None:
        """Start the timeout of a client that does not read."""
        super().pause_writing()
        self._write_timeout.start()

    def resume_writing(self) -> None:
        """Stop it when the client reads again."""
        super().resume_writing()
        self._write_timeout.stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeouts."""
        self._read_timeout.cancel()
        self._write_timeout.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP with a problem, where uvicorn sends plain text."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _refuse_late(self) -> None:
        detail = f"The request did not arrive within {self.timeout:g} s."
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, detail)

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer, unless another answer is being sent, and close the connection."""
        cycle = self.cycle
        if not self.pipeline and (cycle is None or not cycle.response_started or self._is_next()):
            response = problem(status, status.name, detail, _CLOSE)
            headers = [*self.server_state.default_headers, *response.raw_headers]
            lines = b"".join(b"%b: %b\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + bytes(response.body))
        if cycle is not None:
            cycle.disconnected = True  # tells the app that its client is gone
        self.transport.close()

    def _head_length(self) -> int:
        return len(self.url) + sum(len(name) + len(text) for name, text in self.headers)

    def _is_next(self) -> bool:
        """Check whether the data belongs to a request after the one that was answered."""
        return self.cycle.response_complete and (self._in_head or not self.cycle.more_body)


def server_of(app: ASGIApp, connection: type[Connection] = Connection) -> uvicorn.Server:
    """Make a server for the app, without web sockets.

    Args:
        app: App that answers.
        connection: Protocol of each connection.
    """
    # No log configuration of its own, so that it logs like the rest of the process.
    config = uvicorn.Config(app, http=connection, ws="none", log_config=None, log_level="warning")
    return uvicorn.Server(config)


class _Timeout:
    """Timeout that is cheap to start and stop for each request.

    A timer of the event loop per request would dominate the cost: one timer stays, and when it
    fires it is set again for the time that is left.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, callback: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._callback = callback
        self._began: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def ensure_started(self) -> None:
        """Start, unless it is running."""
        if self._began is None:
            self.start()

    def start(self) -> None:
        """Start, or start again."""
        self._began = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._check)

    def stop(self) -> None:
        """Stop until the next start."""
        self._began = None

    def cancel(self) -> None:
        """Stop for ever, and remove the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _check(self) -> None:
        self._timer = None
        if self._began is None:
            return
        left = self._began + self._seconds - self._loop.time()
        if left <= 0:
            self._callback()
        else:
            self._timer = self._loop.call_later(left, self._check)
