"""One indexer at a time: a second one on the same database waits its turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from filelock import FileLock
from sqlalchemy import Connection, Engine, func, select

from agentescrow.store.database import writing_connection

_ADVISORY: Final = 0x8004_E5C0  # any number that nobody else in the database uses


@contextmanager
def writer(engine: Engine) -> Iterator[Connection]:
    """A connection that may write, once no other process has one; it ends with its process.

    Args:
        engine: The database.
    """
    if engine.dialect.name == "sqlite":
        with FileLock(f"{engine.url.database}.lock"), writing_connection(engine) as connection:
            yield connection
        return
    # The lock belongs to the connection that writes: who loses it can write no more.
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(_ADVISORY)))
        connection.commit()
        yield connection
        connection.rollback()
        connection.execute(select(func.pg_advisory_unlock(_ADVISORY)))
        connection.commit()
