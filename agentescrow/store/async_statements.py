"""Single statements on PostgreSQL, awaited: to hand one to a thread takes longer than to ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Dialect, Engine

from agentescrow.store.database import connection_arguments
from agentescrow.store.driver import as_databases_fail
from agentescrow.store.prepared_statements import Statement

APPLICATION: Final = "agentescrow lists"
"""What PostgreSQL's own tables call these connections."""

_CONNECTIONS: Final = 8
_TURN_SECONDS: Final = 5.0


class Awaited:
    """Asks single statements, each of which sees one state of the database."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]], dialect: Dialect) -> None:
        """Bind it.

        Args:
            pool: Of connections that begin no transactions.
            dialect: PostgreSQL's.
        """
        self._pool = pool
        self._dialect = dialect

    async def all(self, statement: Statement) -> list[Any]:
        """Read all rows.

        Args:
            statement: What is asked.

        Raises:
            DBAPIError: The database did not do it, or has no connection free.
        """
        text, values = statement.query.text(self._dialect, statement.values)
        with as_databases_fail(self._dialect, text):
            async with self._pool.connection() as connection:
                cursor = await connection.execute(text.encode(), values)
                return statement.query.rows(await cursor.fetchall())


@asynccontextmanager
async def awaited(engine: Engine) -> AsyncIterator[Awaited | None]:
    """Connect for a while, or give None on SQLite, which is in this process.

    Args:
        engine: The database.
    """
    if engine.dialect.name != "postgresql":
        yield None
        return
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        min_size=1,
        max_size=_CONNECTIONS,
        timeout=_TURN_SECONDS,
        kwargs={
            **connection_arguments(engine),
            "autocommit": True,
            "application_name": APPLICATION,
        },
        open=False,
    )
    async with pool:
        yield Awaited(pool, engine.dialect)
