"""The index as routes read it: in one transaction, as of one block, which headers name (API-6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar, cast

from anyio import to_thread
from fastapi import Depends, Request

from agentescrow.api.errors import ApiError
from agentescrow.api.service import Service
from agentescrow.store.database import Connection
from agentescrow.store.position import Block, indexed_block
from agentescrow.store.runs import RunFilter, count

READERS: Final = 4
"""Threads that read at a time: more would only fight for the interpreter."""

_TOTALS_MAX: Final = 10_000

T = TypeVar("T")


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


class Totals:
    """How many runs a filter lets through: counted once a block."""

    def __init__(self) -> None:
        self._known: tuple[str, dict[RunFilter, int]] = ("", {})

    def of(self, snapshot: Snapshot, wanted: RunFilter) -> int:
        """Count, unless that was done at this block.

        Args:
            snapshot: The index.
            wanted: The filter.
        """
        known = self._known  # block and totals at once: other threads may be at another block
        if known[0] != snapshot.block.hash or len(known[1]) > _TOTALS_MAX:
            known = self._known = (snapshot.block.hash, {})
        found = known[1].get(wanted)
        if found is None:
            found = known[1][wanted] = count(snapshot.connection, wanted)
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
        self._service: Service = self._state.service

    def total(self, snapshot: Snapshot, wanted: RunFilter) -> int:
        """How many runs a filter lets through, exactly.

        Args:
            snapshot: The index.
            wanted: The filter.
        """
        totals: Totals = self._state.totals
        return totals.of(snapshot, wanted)

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

        if quick and self._service.database.dialect.name == "sqlite":
            return read()
        return await to_thread.run_sync(read, limiter=self._state.readers)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a snapshot, and name its block in the headers of the answer.

        Raises:
            ApiError: 503: nothing is indexed yet.
        """
        with self._service.database.connect() as connection:
            block = indexed_block(connection)
            if block is None:
                raise ApiError(503, "NOT_INDEXED", "Nothing is indexed yet.")
            self._scope["indexed_block"] = block
            yield Snapshot(connection, block)


async def index_of(request: Request) -> Index:
    """The index, for a request."""
    return Index(request)


async def service_of(request: Request) -> Service:
    """The service that the app was made for."""
    return cast(Service, request.app.state.service)


def latest_block(service: Service) -> Block | None:
    """The block that all rows are as of, None before the first."""
    with service.database.connect() as connection:
        return indexed_block(connection)


IndexDep = Annotated[Index, Depends(index_of)]
ServiceDep = Annotated[Service, Depends(service_of)]
