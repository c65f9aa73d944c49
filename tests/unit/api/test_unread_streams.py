"""Listeners that do not read, over real sockets: what each makes the service hold (API-6).

given a listener whose socket is full
  when events wait for it, new ones or ones that were taken back: it holds at most 1 MB
"""

from __future__ import annotations

import gc
import json
import socket
import tracemalloc
from contextlib import ExitStack, contextmanager

import pytest

from agentescrow.api.app import create_app
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.server import Connection
from agentescrow.store import undo
from agentescrow.store.bulk import append
from agentescrow.store.position import Block, Position, begin_position, keep_blocks, move_position
from agentescrow.store.tables import events
from tests.api.served import request, served
from tests.waiting import ENOUGH, until

MIB = 1 << 20
LISTENERS = 4
EVENTS = 300
DATA = json.dumps({f"text_{number}": "x" * 2_000 for number in range(20)})


class Patient(Connection):
    """The server's, without a timeout while this test measures."""

    timeout = ENOUGH


@pytest.fixture
def full(database):
    """An index with many events of 40 KB each, in one block."""
    rows = [
        (2, index, "RunEscrow", "WorkSubmitted", 1, None, "0xa", 1_002, DATA)
        for index in range(EVENTS)
    ]
    with database.begin() as connection:
        begin_position(connection, Position(1, {}, 1, 0, 0, 0, None))
        append(connection, events, rows)
        keep_blocks(connection, [Block(n, f"0x{n}", "0x", 1_000 + n, "0" * 64) for n in (1, 2)])
        move_position(connection, 2, expected=0)
    return database


@contextmanager
def unread(port, *headers):
    """A listener that asks for everything, and reads nothing."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        listener.connect(("127.0.0.1", port))
        listener.sendall(request(b"GET /api/events?fromBlock=0", *headers))
        yield


@pytest.mark.parametrize("removed", [False, True], ids=["new", "removed"])
def test_listener__that_does_not_read__holds_a_megabyte_at_most(full, service, removed):
    """API-6: however many events wait for it, and however large they are."""
    headers = []
    if removed:
        headers = [b"Last-Event-ID: 2:%d" % EVENTS]
        with full.begin() as connection:
            undo.take_back(connection, 1)

    app = create_app(service, rate_limit=RateLimit(0))
    with served(app, Patient) as running, ExitStack() as stack:
        state = running.server.server_state

        def stalled(number):
            return sum(each.flow.write_paused for each in state.connections) == number

        stack.enter_context(unread(running.port, *headers))
        until(lambda: stalled(1))  # so that what is loaded once is not counted
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        for _ in range(LISTENERS):
            stack.enter_context(unread(running.port, *headers))
        until(lambda: stalled(1 + LISTENERS))
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()

    assert held < LISTENERS * MIB
