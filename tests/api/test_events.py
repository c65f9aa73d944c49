"""Listeners: many at once, limited, cut off, and what they ask for wrongly (API-6)."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from agentescrow.api import feed
from agentescrow.api.app import create_app
from agentescrow.api.feed import ListenerLimits
from agentescrow.api.rate_limits import RateLimit
from tests.api.served import answer_on, connected, request, served
from tests.waiting import ENOUGH, until


@pytest.fixture(scope="module")
def events(market):
    """The app over a socket, with many places for listeners."""
    with listening(market, ListenerLimits(total=300, per_client=300)) as running:
        yield running


@contextmanager
def listening(market, limits):
    app = create_app(market.service, rate_limit=RateLimit(0), listener_limits=limits)
    with served(app) as running:
        running.feed = app.state.feed
        yield running
        until(lambda: not running.feed.listeners)


def test_listener__over_a_socket__hears_a_change_as_it_happens(market, events, poster):
    """API-6: and a listener that was cut off goes on where it was."""
    market.post(poster)
    with httpx.Client(base_url=events.url, timeout=ENOUGH) as client:
        with client.stream("GET", "/api/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert "x-indexed-block" in stream.headers
            lines = stream.iter_lines()
            run_id = market.post(poster)
            heard = _next_event(lines)
        assert heard["event"] == "RunCreated"
        assert json.loads(heard["data"])["runId"] == run_id
        again = {"Last-Event-ID": heard["id"]}
        with client.stream("GET", "/api/events", headers=again) as stream:
            assert _next_event(stream.iter_lines())["event"] == "RunFunded"


def _next_event(lines):
    found = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value
        elif not line and "data" in found:
            return found
    raise AssertionError("the stream ended")


def test_listeners__two_hundred__all_hear_and_leave_nothing(market, events, poster):
    """API-6: also while others of them leave midway, and requests are answered meanwhile."""
    with ExitStack() as staying, ExitStack() as leaving:
        stay = [_listener(staying, events.port) for _ in range(100)]
        for _ in range(100):
            _listener(leaving, events.port)
        until(lambda: events.feed.listeners.total() == 200)
        leaving.close()
        run_id = market.post(poster)
        for connection in stay:
            _hear(connection, f'"runId":{run_id},'.encode())
        assert httpx.get(f"{events.url}/api/runs/{run_id}").status_code == 200
        assert events.feed.listeners.total() == 100


def _listener(stack, port, *headers):
    connection = stack.enter_context(connected(port))
    connection.sendall(request(b"GET /api/events", *headers))
    return connection


def _hear(connection, words):
    heard = b""
    while words not in heard:
        part = connection.recv(65_536)
        assert part, heard
        heard += part


def test_listeners__while_nothing_happens__do_not_ask(market, events, monkeypatch):
    """API-6: the index is watched once for all of them."""
    asked, watched = [], []

    def counted(function, calls):
        return lambda *args: calls.append(args) or function(*args)

    monkeypatch.setattr(feed, "events_after", counted(feed.events_after, asked))
    monkeypatch.setattr(feed, "latest_block", counted(feed.latest_block, watched))
    market.indexed()
    with ExitStack() as stack:
        for _ in range(20):
            _listener(stack, events.port)
        until(lambda: len(watched) >= 2)  # the first look wakes those that came before it
        until(lambda: len(events.feed._changed._waiters) == 20)
        before, looked = len(asked), len(watched)
        until(lambda: len(watched) >= looked + 3)
        assert len(asked) == before


def test_listeners__too_many__are_told_to_come_again(market):
    """API-6: one client cannot take the places of all others, and all places are counted."""
    with listening(market, ListenerLimits(total=3, per_client=2)) as running, ExitStack() as stack:
        one, two, three = (b"X-Forwarded-For: 192.0.2.%d" % number for number in (1, 2, 3))
        for taken, header in enumerate((one, one, two), start=1):
            _listener(stack, running.port, header)
            until(lambda taken=taken: running.feed.listeners.total() == taken)
        for header, status in ((one, 429), (three, 503)):
            with connected(running.port) as connection:
                connection.sendall(request(b"GET /api/events", header))
                refused = answer_on(connection)
            assert refused.status_code == status
            assert json.loads(refused.body)["error"] == "TOO_MANY_LISTENERS"
            assert refused.headers["retry-after"] == "1"
        stack.close()
        until(lambda: not running.feed.listeners)
        _listener(stack, running.port, one)
        until(lambda: running.feed.listeners.total() == 1)


@pytest.mark.parametrize("place", ["x", "1", "1:", ":1", "-1:0", "1:0:0", "1e3:0", "9" * 19 + ":0"])
def test_listener__from_a_place_that_is_none__is_400(client, place):
    """API-3."""
    answer = client.get("/api/events", headers={"Last-Event-ID": place})

    assert answer.status_code == 400
    assert answer.json()["reasonCodes"] == ["STRING_PATTERN_MISMATCH"]


@pytest.mark.parametrize(
    ("headers", "params"),
    [
        ({"Last-Event-ID": "9" * 18 + ":" + "9" * 9 + "@"}, {}),
        ({"Last-Event-ID": "9" * 18 + ":0@"}, {"fromBlock": 0}),
        ({}, {"fromBlock": 2**63 - 1}),
    ],
)
def test_listener__from_a_place_that_is_not_yet__hears_nothing(client, headers, params):
    """API-6."""
    answer = client.get("/api/events", headers=headers, params={**params, "follow": False})

    assert (answer.status_code, answer.text) == (200, "")
