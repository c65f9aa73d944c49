"""Reads of the index: in one transaction, at one block, which the headers name (API-6)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar, cast

from anyio import to_thread
from fastapi import Depends, Request

from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError
from agentescrow.store.async_statements import Awaited
from agentescrow.store.database import Connection, DatabaseBusy
from agentescrow.store.position import Block, indexed_block
from agentescrow.store.prepared_statements import Statement
from agentescrow.store.schema import AnyRow

READERS: Final = 4
"""Threads that read at a time: more of them would only compete for the GIL."""

_TOTALS_MAX: Final = 10_000

T = TypeVar("T")
F = TypeVar("F", bound=Hashable)
_Page = tuple[int, Sequence[AnyRow]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index at one block.

    Attributes:
        connection: Transaction; everything read in it is of the same block.
        block: Indexed block, whose time is "now".
    """

    connection: Connection
    block: Block

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.block.time


@dataclass(frozen=True, slots=True)
class Total:
    """Number of rows that match a filter.

    Attributes:
        block: Block at which they were counted.
        count: Number of rows.
    """

    block: Block
    count: int


class TotalsCache:
    """Totals of the latest block, each counted once."""

    def __init__(self) -> None:
        self._totals: dict[Hashable, Total] = {}

    def find(self, wanted: Hashable) -> Total | None:
        """Find the last total of a filter, of whatever block."""
        return self._totals.get(wanted)

    def count(self, snapshot: Snapshot, wanted: F, count: Callable[[Connection, F], int]) -> int:
        """Count the matching rows, unless that was done at this block."""
        found = self._totals.get(wanted)
        if found is None or found.block != snapshot.block:
            if len(self._totals) > _TOTALS_MAX:
                self._totals = {}
            found = Total(snapshot.block, count(snapshot.connection, wanted))
            self._totals[wanted] = found
        return found.count


class Index:
    """Reads the index for one request."""

    def __init__(self, request: Request) -> None:
        """Choose the database: the replica for GET, if there is one, otherwise the primary."""
        self._scope = request.scope
        self._state = request.scope["app"].state
        service: Service = self._state.service
        is_read = request.method == "GET"  # HEAD has become GET
        self._database = service.reads if is_read else service.database
        self._totals: TotalsCache = self._state.totals

    async def page(
        self,
        wanted: F,
        statement: Callable[[F, int], Statement],
        count: Callable[[Connection, F], int],
        *,
        narrowed: Callable[[Connection, F], F] | None = None,
        inline: bool,
    ) -> _Page:
        """Read a page of a list, and the exact total of the list.

        Args:
            wanted: Filter of the list.
            statement: Makes the statement of the page from the filter and the total.
            count: Counts the rows that match the filter.
            narrowed: Adds conditions to the filter that hold at one block only.
            inline: As in `read`.
        """
        known = None if narrowed else self._totals.find(wanted)
        if known is not None:
            rows = await self._rows(statement(wanted, known.count), inline=inline)
            # The rows are of the block of the total, so both are consistent without a transaction.
            if rows and rows[0].as_of == known.block.hash:
                self._scope["indexed_block"] = known.block
                return known.count, rows

        def read(snapshot: Snapshot) -> _Page:
            found = narrowed(snapshot.connection, wanted) if narrowed else wanted
            total = self._totals.count(snapshot, found, count)
            return total, statement(found, total).all(snapshot.connection) if total else []

        return await self.read(read, inline=inline)

    async def read(self, work: Callable[[Snapshot], T], *, inline: bool = True) -> T:
        """Read in a snapshot, in a thread or inline.

        Args:
            work: Reads.
            inline: Whether the work takes less time than the start of a thread; if so, SQLite is
                read without one.
        """

        def read() -> T:
            with self.snapshot() as snapshot:
                return work(snapshot)

        return await self._read(read, inline=inline)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a snapshot, whose block the headers of the answer will name.

        Raises:
            ApiError: 503: nothing is indexed yet.
        """
        with self._database.connect() as connection:
            block = indexed_block(connection)
            if block is None:
                raise ApiError(503, "NOT_INDEXED", "Nothing is indexed yet; try again later.")
            self._scope["indexed_block"] = block
            yield Snapshot(connection, block)

    async def _read(self, read: Callable[[], T], *, inline: bool) -> T:
        if inline and self._database.dialect.name == "sqlite":
            return read()
        return await to_thread.run_sync(read, limiter=self._state.readers)

    async def _rows(self, statement: Statement, *, inline: bool) -> Sequence[AnyRow]:
        """Run one statement; return nothing if the connection is lost."""
        awaited: Awaited | None = self._state.awaited
        if awaited is None:
            return await self._read(lambda: statement.all(self._database), inline=inline)
        try:
            return await awaited.all(statement)
        except DatabaseBusy:
            return []


async def index_of(request: Request) -> Index:
    """Give the index to a route."""
    return Index(request)


async def service_of(request: Request) -> Service:
    """Give the service to a route."""
    return cast(Service, request.app.state.service)


def latest_block(service: Service) -> Block | None:
    """Read the indexed block of the database that is read, None before the first."""
    return indexed_block(service.reads)


IndexDep = Annotated[Index, Depends(index_of)]
ServiceDep = Annotated[Service, Depends(service_of)]
