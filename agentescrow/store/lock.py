"""One indexer at a time: a second one on the same database waits its turn."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, select

from agentescrow.store.database import opening, writing_connection

_log = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 0.5
_ADVISORY: Final = 0x8004_E5C0  # any number that nobody else in the database uses


class EndedWaiting(Exception):
    """Whoever waited for its turn was told to end."""


@contextmanager
def writer(engine: Engine, ended: Callable[[], bool] = lambda: False) -> Iterator[Connection]:
    """A connection that may write, once no other process has one; it ends with its process.

    Args:
        engine: The database.
        ended: Asked while it waits.

    Raises:
        DatabaseUnusable: It cannot be opened.
        EndedWaiting: It was not its turn before the end.
    """
    held = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
    with ExitStack() as stack:
        with opening(engine):
            connection = stack.enter_context(held(engine, ended))
        yield connection


@contextmanager
def _on_sqlite(engine: Engine, ended: Callable[[], bool]) -> Iterator[Connection]:
    lock = FileLock(f"{engine.url.database}.lock")
    _wait(lambda: _is_acquired(lock), ended)
    try:
        with writing_connection(engine) as connection:
            yield connection
    finally:
        lock.release()


@contextmanager
def _on_postgresql(engine: Engine, ended: Callable[[], bool]) -> Iterator[Connection]:
    # The lock belongs to the connection that writes: who loses it can write no more.
    with engine.connect() as connection:
        # Asked again and again: a statement that waits would keep the server from tidying up.
        _wait(lambda: _is_mine(connection), ended)
        # What a crash of the server takes is read from the chain again: rows and position go
        # together, and the last transactions first. Nobody has to wait for the disk, but for
        # what `commit_for_good` says.
        connection.exec_driver_sql("SET synchronous_commit = off")
        connection.commit()
        yield connection
        connection.rollback()
        connection.exec_driver_sql("RESET synchronous_commit")  # it goes back to the pool
        connection.execute(select(func.pg_advisory_unlock(_ADVISORY)))
        connection.commit()


def commit_for_good(connection: Connection) -> None:
    """Let the commit of a transaction wait as the server is set: for disk, or for replicas too.

    Blocks that may be taken back are committed so. Whoever has heard of one must be told should
    that happen, which takes a database that still knows it, after a crash and on another machine.

    Args:
        connection: In that transaction.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO DEFAULT")


def _is_mine(connection: Connection) -> bool:
    with connection.begin():
        return bool(connection.execute(select(func.pg_try_advisory_lock(_ADVISORY))).scalar())


def _is_acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


def _wait(is_mine: Callable[[], bool], ended: Callable[[], bool]) -> None:
    if is_mine():
        return
    _log.warning("another indexer writes into this database: waiting until it ends")
    while not is_mine():
        if ended():
            raise EndedWaiting
        time.sleep(_PAUSE_SECONDS)
