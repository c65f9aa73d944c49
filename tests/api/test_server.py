"""What only bytes on a socket can do to the service (API-3)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from agentescrow.api.app import create_app
from agentescrow.api.body_limits import BYTES_MAX
from agentescrow.api.server import HEAD_MAX, Connection
from localnet.anvil import free_port
from tests.api.served import answer_on, closed, connected, request, sent, served
from tests.waiting import ENOUGH, until

RUN = "import sys; from agentescrow.cli.main import main; sys.argv[0] = 'agentescrow'; main()"
CLAIM = b"POST /api/runs/999999/claim"
JSON = b"Content-Type: application/json"
BODY = json.dumps({"agentId": 0, "walletAddress": "0x" + "11" * 20}).encode()
HUGE = b"Content-Length: 999999999"
LENGTH = b"Content-Length: %d" % len(BODY)


class Hasty(Connection):
    """The server's, with a short timeout."""

    timeout = 0.2


@pytest.fixture(scope="module")
def port(market):
    """Of `agentescrow serve`, a process of its own on the market's database."""
    port, database = free_port(), market.service.database.url
    environment = {
        **os.environ,
        "RPC_URL": market.chain.url,
        "DATABASE_URL": database.render_as_string(hide_password=False),
        "DEPLOYMENT": str(market.record),
        "RATE_LIMIT": "0",
    }
    words = ("serve", "--no-relayer", "--port", str(port))
    process = subprocess.Popen([sys.executable, "-c", RUN, *words], env=environment)

    def runs():
        assert process.poll() is None, "it has ended"

    with httpx.Client() as client:
        until(lambda: _answers(client, f"http://127.0.0.1:{port}/health"), meanwhile=runs)
    yield port
    process.terminate()
    assert process.wait(timeout=ENOUGH) == 0


def _answers(client, url):
    try:
        return client.get(url).status_code == 200
    except httpx.ConnectError:
        return False


@pytest.fixture(scope="module")
def hasty(market):
    with served(create_app(market.service), Hasty) as running:
        yield running


@contextmanager
def answered(port, first, status):
    """A connection on which a request was answered, not given up as this machine is too slow."""
    while True:
        with connected(port) as connection:
            connection.sendall(first)
            answer = answer_on(connection)
            if answer.status_code == 408:
                continue
            assert answer.status_code == status, answer.body
            yield connection
            return


def require_problem(answer, status):
    assert answer.status_code == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["code"] == status


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        request(b"FOO /api/runs"),
        request(b"CONNECT agentescrow:80"),
        request(b"GET /api/runs/1\x00"),
        request(b"GET /api/runs/\xff"),
        request(b"GET /api/runs", b"Cookie: a\x00b"),
        request(CLAIM, JSON, b"Content-Length: -5"),
        request(CLAIM, JSON, b"Content-Length: " + b"9" * 50),
        request(CLAIM, JSON, LENGTH, b"Content-Length: 3", body=BODY),
        request(CLAIM, JSON, LENGTH, b"Transfer-Encoding: chunked", body=BODY),
        request(CLAIM, JSON, b"Transfer-Encoding: gzip", body=BODY),
        request(CLAIM, JSON, b"Transfer-Encoding: chunked", body=b"zz\r\n"),
        request(CLAIM, JSON, b"Content-Length: 2", body=BODY),
    ],
    ids=[
        "TLS",
        "HTTP/2",
        "method",
        "tunnel",
        "NUL in the path",
        "no ASCII in the path",
        "NUL in a header",
        "negative length",
        "huge length",
        "two lengths",
        "length and chunks",
        "another coding",
        "broken chunk",
        "length too short",
    ],
)
def test_bytes__that_are_no_http__are_a_problem(port, wrong):
    """API-3: said in the one shape, and the connection is closed."""
    with connected(port) as connection:
        connection.sendall(wrong)
        require_problem(answer_on(connection), 400)
        assert closed(connection)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (request(b"GET http://evil.example/api/runs/999999"), 404),
        (request(b"GET //evil.example/%2f.."), 404),
        (request(b"OPTIONS *"), 404),
        (request(b"GET /api/runs/"), 404),
        (request(b"TRACE /api/runs"), 405),
        (request(b"PURGE /api/runs/1"), 405),
        (request(b"GET /api/runs/1%00"), 400),
        (request(b"GET /api/runs/%ff"), 400),
        (request(b"GET /api/runs/%ed%a0%80"), 400),
        (request(CLAIM, JSON, LENGTH, b"Idempotency-Key: \xff", body=BODY), 400),
        (request(b"GET /api/events", b"Last-Event-ID: \xb2:\xb2"), 400),
        (request(CLAIM, b"Content-Type: \xff", LENGTH, body=BODY), 415),
        (request(CLAIM, JSON, HUGE), 413),
        (b"GET /api/runs/999999 HTTP/1.1\r\nHost: [\r\n\r\n", 404),
        (b"GET /api/runs/999999 HTTP/1.1\r\nHost: \xff\r\n\r\n", 404),
        (request(b"GET /api/runs/999999", b"Upgrade: websocket", b"Connection: Upgrade"), 404),
        (request(CLAIM, b"Expect: 100-continue", LENGTH, body=BODY), 415),
    ],
)
def test_request__that_no_library_sends__is_answered_as_any_other(port, asked, status):
    """API-3: no path, host, header or method is trusted."""
    require_problem(sent(port, asked), status)


def test_body__large_or_in_chunks__is_read(port):
    """API-3: and counted, whether its length was told before or not."""
    chunked = (JSON, b"Transfer-Encoding: chunked")
    whole = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    piece = b"x" * 4096

    require_problem(sent(port, request(CLAIM, *chunked, body=whole)), 404)
    large = json.dumps({"more": "x" * (BYTES_MAX - 1_000)}).encode()[:-1] + b"," + BODY[1:]
    require_problem(
        sent(port, request(CLAIM, JSON, b"Content-Length: %d" % len(large), body=large)), 404
    )
    pieces = [b"1000\r\n" + piece + b"\r\n"] * (BYTES_MAX // 4096 + 1)
    require_problem(sent(port, request(CLAIM, *chunked), *pieces), 413)


@pytest.mark.parametrize(
    "long",
    [
        (b"GET /api/runs?cursor=" + b"a" * HEAD_MAX,),
        (b"GET /api/runs?cursor=" + b"a" * HEAD_MAX * 3,),
        (b"GET /api/runs", b"Cookie: " + b"a" * HEAD_MAX),
        (b"GET /api/runs", *[b"X: a"] * (HEAD_MAX // 2)),
        (CLAIM, JSON, LENGTH, b"Cookie: " + b"a" * HEAD_MAX),
    ],
    ids=["query", "long query", "cookie", "headers", "of a body"],
)
def test_head__that_is_too_long__is_431(port, long):
    """API-3: whether it ends or not."""
    head = request(*long)

    require_problem(sent(port, head), 431)
    require_problem(sent(port, head[: HEAD_MAX + 1]), 431)


@pytest.mark.parametrize(
    "begun",
    [request(b"GET /api/runs")[:-2] + b"X: ", request(CLAIM, JSON, HUGE)],
    ids=["head", "body"],
)
def test_client__that_never_ends__is_cut_off(port, begun):
    """API-3: nothing grows with what is sent: neither a head nor a body that is refused."""
    with connected(port) as connection, pytest.raises((ConnectionResetError, BrokenPipeError)):
        connection.sendall(begun + b"x" * 2**26)


def test_dribbling_clients__meanwhile__hold_nobody_up(port):
    """API-3: a slow request takes a socket and nothing else."""
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(port)) for _ in range(100)]
        head = request(CLAIM, JSON, LENGTH)
        for place, connection in enumerate(slow):
            connection.sendall(head + BODY[: place % len(BODY)] if place % 2 else head[:20])

        assert sent(port, request(b"GET /api/runs")).status_code == 200
        require_problem(sent(port, head + BODY), 404)
        for part in (b"%c" % byte for byte in head[20:] + BODY):
            slow[0].sendall(part)
        require_problem(answer_on(slow[0]), 404)


@pytest.mark.parametrize(
    "begun",
    [
        b"\r\n",
        b"GET /api/ru",
        request(b"GET /api/runs")[:-2],
        request(CLAIM, JSON, LENGTH),
        request(CLAIM, JSON, LENGTH, body=BODY[:-1]),
        request(CLAIM, JSON, b"Transfer-Encoding: chunked", body=b"5\r\n{"),
    ],
    ids=["line", "half line", "half head", "no body", "half body", "chunk"],
)
def test_request__that_stops_half_way__is_408(hasty, begun):
    """API-3: after a while it is given up, and nothing of it is kept."""
    with answered(hasty.port, request(b"GET /health"), 200) as connection:
        connection.sendall(begun)
        require_problem(answer_on(connection), 408)
        assert closed(connection)
    with connected(hasty.port) as connection:
        connection.sendall(begun)
        require_problem(answer_on(connection), 408)
        assert closed(connection)
    until(lambda: not hasty.server.server_state.connections)
    until(lambda: not hasty.server.server_state.tasks)


def test_connection__on_which_nothing_is_asked__is_408(hasty):
    """API-3."""
    with connected(hasty.port) as connection:
        require_problem(answer_on(connection), 408)
        assert closed(connection)


@pytest.mark.parametrize("more", [0, 1, BYTES_MAX], ids=["nothing", "some", "all"])
def test_body__refused_before_it_came__is_not_waited_for(hasty, more):
    """API-3: 413 is said at once, and the connection closed when nothing more comes."""
    length = b"Content-Length: %d" % (BYTES_MAX + 1)
    with answered(hasty.port, request(CLAIM, JSON, length, body=b"{"), 413) as connection:
        with suppress(ConnectionError):  # it may be closed by now
            connection.sendall(b"x" * more)
        assert closed(connection)


def test_client__that_leaves_half_way__leaves_nothing_behind(market):
    """API-3: no connection, no task; and it is no error to be logged."""
    with served(create_app(market.service)) as running:
        for begun in (b"GET /api", request(CLAIM, JSON, LENGTH, body=BODY[:5])):
            with connected(running.port) as connection:
                connection.sendall(begun)
                until(lambda: running.server.server_state.connections)
        until(lambda: not running.server.server_state.connections)
        until(lambda: not running.server.server_state.tasks)


def test_client__that_does_not_read__is_cut_off():
    """API-3: an answer without end waits for its reader, but not for ever."""
    began = threading.Event()

    async def endless(scope, receive, send):
        if scope["type"] != "http":
            return
        began.set()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            part = {"type": "http.response.body", "body": b"x" * 65_536, "more_body": True}
            for _ in range(1_000):
                await send(part)

    with served(endless, Hasty) as running, connected(running.port) as connection:
        connection.sendall(request(b"GET /"))
        assert began.wait(ENOUGH)
        until(lambda: not running.server.server_state.tasks)
