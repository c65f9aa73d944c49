"""The index as routes read it: in one transaction, as of one block, which headers name (API-6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from agentescrow.store.runs.lists import RunFilter, count
from agentescrow.store.schema import AnyRow

READERS: Final = 4
"""Threads that read at a time: more would only fight for the interpreter."""

_TOTALS_MAX: Final = 10_000

T = TypeVar("T")
_Page = tuple[int, Sequence[AnyRow]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index at one block.

    Args:
        connection: A transaction: all that is read in it belongs together.
        block: The block; its time is "now".
    """

    connection: Connection
    block: Block

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.block.time


@dataclass(frozen=True, slots=True)
class Total:
    """How many runs a filter lets through.

    Args:
        block: At which block.
        runs: How many.
    """

    block: Block
    runs: int


class Totals:
    """The totals of the latest block, counted once."""

    def __init__(self) -> None:
        self._known: dict[RunFilter, Total] = {}

    def known(self, wanted: RunFilter) -> Total | None:
        """What was counted last.

        Args:
            wanted: The filter.
        """
        return self._known.get(wanted)

    def of(self, snapshot: Snapshot, wanted: RunFilter) -> Total:
        """Count, unless that was done at this block.

        Args:
            snapshot: The index.
            wanted: The filter.
        """
        found = self._known.get(wanted)
        if found is None or found.block != snapshot.block:
            if len(self._known) > _TOTALS_MAX:
                self._known = {}
            found = Total(snapshot.block, count(snapshot.connection, wanted))
            self._known[wanted] = found
        return found


class Index:
    """Opens snapshots for one request."""

    def __init__(self, request: Request) -> None:
        """Bind it.

        Args:
            request: Whose answer names the block.
        """
        self._scope = request.scope
        self._state = request.scope["app"].state
        service: Service = self._state.service
        is_read = request.method == "GET"  # HEAD is answered as GET
        self._database = service.reads if is_read else service.database
        self._totals: Totals = self._state.totals

    async def page(
        self,
        wanted: RunFilter,
        statement: Callable[[RunFilter, int], Statement],
        *,
        narrowed: Callable[[Connection, RunFilter], RunFilter] | None = None,
        quick: bool,
    ) -> _Page:
        """Read a page of runs and how many there are in all, exactly.

        Args:
            wanted: Which runs.
            statement: Reads the page, given which runs and that total.
            narrowed: Narrows the filter by what is true at one block alone.
            quick: As in `read`.
        """
        known = None if narrowed else self._totals.known(wanted)
        if known is not None:
            rows = await self._rows(statement(wanted, known.runs), quick=quick)
            # Of the block that was counted: then no transaction is needed to hold them together.
            if rows and rows[0].as_of == known.block.hash:
                self._scope["indexed_block"] = known.block
                return known.runs, rows

        def read(snapshot: Snapshot) -> _Page:
            found = narrowed(snapshot.connection, wanted) if narrowed else wanted
            total = self._totals.of(snapshot, found).runs
            return total, statement(found, total).all(snapshot.connection) if total else []

        return await self.read(read, quick=quick)

    async def read(self, work: Callable[[Snapshot], T], *, quick: bool = True) -> T:
        """Read in a snapshot: at once, or in a thread so that nobody waits.

        Args:
            work: What is read.
            quick: Whether it takes less time than a thread takes to begin: then SQLite, which is
                in this process, is asked at once.
        """

        def read() -> T:
            with self.snapshot() as snapshot:
                return work(snapshot)

        return await self._read(read, quick=quick)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a snapshot, and name its block in the headers of the answer.

        Raises:
            ApiError: 503: nothing is indexed yet.
        """
        with self._database.connect() as connection:
            block = indexed_block(connection)
            if block is None:
                raise ApiError(503, "NOT_INDEXED", "Nothing is indexed yet.")
            self._scope["indexed_block"] = block
            yield Snapshot(connection, block)

    async def _read(self, read: Callable[[], T], *, quick: bool) -> T:
        if quick and self._database.dialect.name == "sqlite":
            return read()
        return await to_thread.run_sync(read, limiter=self._state.readers)

    async def _rows(self, statement: Statement, *, quick: bool) -> Sequence[AnyRow]:
        """What one statement says; nothing where the connection turns out to be lost."""
        awaited: Awaited | None = self._state.awaited
        if awaited is None:
            return await self._read(lambda: statement.all(self._database), quick=quick)
        try:
            return await awaited.all(statement)
        except DatabaseBusy:
            return []


async def index_of(request: Request) -> Index:
    """The index, for a request."""
    return Index(request)


async def service_of(request: Request) -> Service:
    """The service that the app was made for."""
    return cast(Service, request.app.state.service)


def latest_block(service: Service) -> Block | None:
    """The block that reads are as of, None before the first."""
    return indexed_block(service.reads)


IndexDep = Annotated[Index, Depends(index_of)]
ServiceDep = Annotated[Service, Depends(service_of)]
