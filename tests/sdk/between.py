"""A server between a client and the real API, which may change answers, or lose them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import orjson

from tests.waiting import ENOUGH

_PASSED_ON = ("Content-Type", "Idempotency-Key", "Last-Event-ID")
_TOLD = ("Content-Type", "Location", "Retry-After", "X-Indexed-Block")


@dataclass(frozen=True)
class Seen:
    """A request that came by."""

    method: str
    path: str
    key: str | None
    place: str | None
    body: dict | None

    @property
    def is_signed(self):
        """Whether it can be carried: by a request, or by an authorization alone."""
        return bool(self.body and self.body.keys() & {"signature", "authorization"})


class Between:
    """Passes everything on, and notes it."""

    def __init__(self, api_url):
        self.api_url = api_url
        self.seen = []

    @property
    def signed(self):
        return [seen for seen in self.seen if seen.is_signed]

    def passes(self, seen, answer):
        """The body of an answer as the client gets it; None cuts the connection."""
        return answer.read()

    def status(self, seen, answer):
        """The status of an answer as the client gets it."""
        return answer.status_code

    def stands_in(self, seen):
        """Status and body of an answer to what is not passed on; None to pass it on."""
        return None

    def headers(self, answer):
        """The headers of an answer as the client gets them."""
        return {name: answer.headers[name] for name in _TOLD if name in answer.headers}

    def cuts_after(self, _seen):
        """After how many events a stream is cut; None for never."""
        return None


@contextmanager
def between(server):
    """Run it; yields its address."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    listening.daemon_threads = True
    listening.between = server
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._answer(None)

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, content):
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        body = None if content is None else orjson.loads(content)
        given = (headers.get("Idempotency-Key"), headers.get("Last-Event-ID"))
        seen = Seen(self.command, self.path, *given, body)
        self.server.between.seen.append(seen)
        standing_in = self.server.between.stands_in(seen)
        if standing_in is not None:
            self._say(*standing_in, {"Content-Type": "application/json"})
            return
        asked = {"headers": headers, "content": content, "timeout": ENOUGH}
        with httpx.stream(self.command, self.server.between.api_url + self.path, **asked) as answer:
            if "event-stream" in answer.headers.get("Content-Type", ""):
                self._stream(answer, self.server.between.cuts_after(seen))
            else:
                self._whole(seen, answer, self.server.between.passes(seen, answer))

    def _whole(self, seen, answer, content):
        if content is None:
            self._cut()
            return
        self._say(
            self.server.between.status(seen, answer), content, self.server.between.headers(answer)
        )

    def _say(self, status, content, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, answer, cut_after):
        self.send_response(answer.status_code)
        for name, value in self.server.between.headers(answer).items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in answer.iter_lines():
            chunk = line.encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            if cut_after is not None and line.startswith("data:"):
                cut_after -= 1
            if cut_after == 0 and not line:
                self._cut()
                return
        self.wfile.write(b"0\r\n\r\n")

    def _cut(self):
        self.close_connection = True

    def log_message(self, *_args):
        """Be quiet."""
