"""The app over a real socket, and requests as bytes: what no client library would send."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.client import HTTPResponse
from types import SimpleNamespace

from agentescrow.api.server import Connection, server_of
from tests.waiting import ENOUGH, until


@contextmanager
def served(app, connection=Connection):
    """The app at a free port of this machine, with the server that `serve` uses."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = server_of(app, connection)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            until(lambda: server.started)
            port = listening.getsockname()[1]
            yield SimpleNamespace(port=port, url=f"http://127.0.0.1:{port}", server=server)
        finally:
            server.should_exit = True
            thread.join(ENOUGH)
            assert not thread.is_alive()


@contextmanager
def connected(port):
    """A connection whose other end has all the time that it needs."""
    with socket.create_connection(("127.0.0.1", port), timeout=ENOUGH) as connection:
        yield connection


def answer_on(connection):
    """The next answer: status, headers, body."""
    answer = HTTPResponse(connection)
    answer.begin()
    return SimpleNamespace(
        status_code=answer.status,
        headers={name.lower(): value for name, value in answer.getheaders()},
        body=answer.read(),
    )


def sent(port, *parts):
    """The answer to bytes."""
    with connected(port) as connection:
        for part in parts:
            connection.sendall(part)
        return answer_on(connection)


def request(line, *headers, body=b""):
    """A request as bytes."""
    head = [line + b" HTTP/1.1", b"Host: agentescrow", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def closed(connection):
    """Whether the other end closes, once it has said what it has to say."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True
