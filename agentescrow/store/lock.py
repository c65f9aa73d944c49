"""One indexer at a time: a second one on the same database waits its turn."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, select

from agentescrow.store.database import opening, writing_connection

_log = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 0.5
_ADVISORY: Final = 0x8004_E5C0  # any number that nobody else in the database uses


@contextmanager
def writer(engine: Engine) -> Iterator[Connection]:
    """A connection that may write, once no other process has one; it ends with its process.

    Args:
        engine: The database.

    Raises:
        DatabaseUnusable: It cannot be opened.
    """
    held = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
    with ExitStack() as stack:
        with opening(engine):
            connection = stack.enter_context(held(engine))
        yield connection


@contextmanager
def _on_sqlite(engine: Engine) -> Iterator[Connection]:
    lock = FileLock(f"{engine.url.database}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        _say_that_it_waits()
        lock.acquire()
    try:
        with writing_connection(engine) as connection:
            yield connection
    finally:
        lock.release()


@contextmanager
def _on_postgresql(engine: Engine) -> Iterator[Connection]:
    # The lock belongs to the connection that writes: who loses it can write no more.
    with engine.connect() as connection:
        if not _is_mine(connection):
            _say_that_it_waits()
            # Asked again and again: a statement that waits would keep the server from tidying up.
            while not _is_mine(connection):
                time.sleep(_PAUSE_SECONDS)
        # What a crash of the server takes is read from the chain again: rows and position go
        # together, and the last transactions first. Nobody has to wait for the disk.
        connection.exec_driver_sql("SET synchronous_commit = off")
        connection.commit()
        yield connection
        connection.rollback()
        connection.exec_driver_sql("RESET synchronous_commit")  # it goes back to the pool
        connection.execute(select(func.pg_advisory_unlock(_ADVISORY)))
        connection.commit()


def _is_mine(connection: Connection) -> bool:
    with connection.begin():
        return bool(connection.execute(select(func.pg_try_advisory_lock(_ADVISORY))).scalar())


def _say_that_it_waits() -> None:
    _log.warning("another indexer writes into this database: waiting until it ends")
