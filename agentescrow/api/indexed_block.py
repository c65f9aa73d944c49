"""Which block is the indexed one, asked for every request: a light question, for many at a time."""

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


class Latest:
    """Asks the database, and never answers with what was read before it was asked itself."""

    def __init__(self, database: Engine) -> None:
        """Bind it.

        Args:
            database: The index.
        """
        self._database: Source = database
        self._is_here = database.dialect.name == "sqlite"
        self._awaited: Awaited | None = None
        self._asked: Task[Block | None] | None = None
        self._next: Task[Block | None] | None = None

    @asynccontextmanager
    async def connected(self, database: Engine, awaited: Awaited | None) -> AsyncIterator[None]:
        """Hold a connection while the app is served; without one it asks more slowly.

        Args:
            database: The index.
            awaited: How PostgreSQL is asked.
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
        """The block that all rows are as of, None before the first.

        Raises:
            DatabaseBusy: The database does not answer.
        """
        if self._is_here:
            return indexed_block(self._database)
        if self._awaited is None:
            return await run_in_threadpool(indexed_block, self._database)
        # What is under way may have been read before this request came: it waits for the next
        # answer, together with all that come meanwhile.
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._awaited, self._asked))
        return await asyncio.shield(self._next)

    async def _ask(self, awaited: Awaited, asked: Task[Block | None] | None) -> Block | None:
        if asked is not None:
            await asyncio.wait([asked])
        self._asked, self._next = self._next, None
        return block_in(await awaited.all(LATEST))
