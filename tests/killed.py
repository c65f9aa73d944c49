"""Indexers and relayers that are killed before one of their statements to the database.

Each is a process that comes of a server without threads: one that is forked while another thread
holds a lock waits for that lock for ever.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final

from eth_account import Account
from sqlalchemy import event

from agentescrow.chain.connection import connect
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.pool import Pool
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.indexer.follow import Indexer
from agentescrow.relayer.loop import run
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import Engine, open_database
from agentescrow.store.lock import writer
from agentescrow.store.people.relayer_lock import RelayTurn
from tests.waiting import ENOUGH

_CLEAN: Final = multiprocessing.get_context("forkserver")
_CLEAN.set_forkserver_preload([__name__])  # so that this is imported once for all of them


def index(database: Engine, node: str, record: str) -> None:
    """Index, and go on at the head."""
    contracts = Contracts(connect(node), load(record))
    with writer(database) as connection:
        reader = Reader(Node(node), contracts)
        indexer = Indexer(connection, reader, contracts.deployment, longest_wait=0.2)
        indexer.follow(lambda _step: None, lambda: False, pause=0.01)


def relay(database: Engine, node: str, record: str, key: str) -> None:
    """Relay, and wait for more."""
    sender = Sender(database, Pool(node), load(record), Account.from_key(key))
    run(sender, RelayTurn(database), threading.Event())


def kill_before(number: int, work: Callable[..., None], database: str, *more: str) -> None:
    """Let a process work, and kill it before a statement, without time to clean up anything.

    Args:
        number: Which of its statements; the first one is 1.
        work: `index` or `relay`.
        database: Its address.
        more: For `work`.

    Raises:
        AssertionError: It was not killed there: it ended before, or hangs.
    """
    told, tells = _CLEAN.Pipe(duplex=False)
    process = _CLEAN.Process(target=_work, args=(tells, number, work, database, *more))
    process.start()
    tells.close()
    try:
        reached = told.recv() if told.poll(ENOUGH) else "a statement that it waits for"
        process.join(ENOUGH)
    except EOFError:
        process.join(ENOUGH)
        reached = f"none, with exit code {process.exitcode}"
    finally:
        process.kill()
        process.join()
        told.close()
    was_killed = reached == number and process.exitcode == -signal.SIGKILL
    assert was_killed, f"it was not killed before statement {number}; it reached {reached}"


def _work(
    tells: Connection, number: int, work: Callable[..., None], database: str, *more: str
) -> None:
    engine = open_database(database)
    _die_before(engine, number, tells)
    work(engine, *more)


def _die_before(engine: Engine, number: int, tells: Connection) -> None:
    seen = 0

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_statement: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            tells.send(number)
            os.kill(os.getpid(), signal.SIGKILL)
