"""Reads the indexed block for every request: one query serves many concurrent requests."""

from __future__ import annotations

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from agentescrow.store.async_statements import Awaited
from agentescrow.store.database import Engine
from agentescrow.store.position import LATEST, Block, block_in, indexed_block
from agentescrow.store.prepared_statements import Source, held


class IndexedBlockReader:
    """Reads the indexed block, never from a query that was sent before the request arrived."""

    def __init__(self, database: Engine) -> None:
        self._database: Source = database
        self._in_process = database.dialect.name == "sqlite"
        self._awaited: Awaited | None = None
        self._running: Task[Block | None] | None = None
        self._next: Task[Block | None] | None = None

    @asynccontextmanager
    async def connected(self, database: Engine, awaited: Awaited | None) -> AsyncIterator[None]:
        """Hold a connection while the app runs; without one, each query opens its own.

        Args:
            database: Database of the index.
            awaited: Asynchronous connections to PostgreSQL, or None for SQLite.
        """
        try:
            if awaited is None:
                with held(database) as self._database:
                    yield
            else:
                self._awaited = awaited
                yield
        finally:
            self._database, self._awaited = database, None

    async def block(self) -> Block | None:
        """Read the indexed block, None before the first.

        Raises:
            DatabaseBusy: The database does not answer.
        """
        if self._in_process:
            return indexed_block(self._database)
        if self._awaited is None:
            return await run_in_threadpool(indexed_block, self._database)
        # The running query may have read before this request came, so the request joins the next.
        if self._next is None:
            self._next = asyncio.create_task(self._query(self._awaited, self._running))
        return await asyncio.shield(self._next)

    async def _query(self, awaited: Awaited, running: Task[Block | None] | None) -> Block | None:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return block_in(await awaited.all(LATEST))
