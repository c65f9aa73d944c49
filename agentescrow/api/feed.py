"""The events as they come: the index is watched once, however many listen (API-6)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import orjson
from anyio import CapacityLimiter, to_thread
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from agentescrow.api.cards import event_card
from agentescrow.api.errors import ApiError
from agentescrow.api.index import latest_block
from agentescrow.api.service import Service
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.runs import AnyRow, events_after

_PAUSE: Final = 0.25
_BATCH: Final = 500
_READERS: Final = 2


@dataclass(frozen=True, slots=True)
class Seats:
    """How many may listen at a time.

    Args:
        all: To this process.
        each: From one client address.
    """

    all: int = 1_000
    each: int = 100


class Feed:
    """Where listeners wait for the next block.

    Attributes:
        listeners: How many there are, by client address.
    """

    def __init__(self, service: Service, seats: Seats) -> None:
        """Bind it.

        Args:
            service: Whose index is watched.
            seats: How many may listen.
        """
        self._service = service
        self._seats = seats
        self.listeners: Counter[str] = Counter()
        self._watcher: asyncio.Task[None] | None = None
        self._head: str | None = None
        self._changed = asyncio.Event()
        self._readers = CapacityLimiter(_READERS)  # so that listeners hold nobody else up

    @contextmanager
    def seat(self, client: str) -> Iterator[None]:
        """Listen; the index is watched while anybody does.

        Args:
            client: Address.

        Raises:
            ApiError: 429 or 503: this client, or all together, listen too often already.
        """
        if self.listeners[client] >= self._seats.each:
            words = f"{self._seats.each} listeners of one client are allowed."
            raise ApiError(429, "TOO_MANY_LISTENERS", words)
        if self.listeners.total() >= self._seats.all:
            raise ApiError(503, "TOO_MANY_LISTENERS", "All places of listeners are taken.")
        self.listeners[client] += 1
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            self.listeners[client] -= 1
            self.listeners += Counter()  # forgets who has left
            if not self.listeners:
                self._watcher.cancel()
                self._watcher = None

    async def events(
        self, block: int, index: int, *, follow: bool
    ) -> AsyncIterator[ServerSentEvent]:
        """The events after a place in the chain.

        Args:
            block: Block of the place.
            index: Index of the place's log.
            follow: Wait for more at the end.
        """
        while True:
            seen = self._head
            rows = await to_thread.run_sync(self._after, block, index, limiter=self._readers)
            for row in rows:
                yield _as_sent(row)
                block, index = row.block_number, row.log_index
            if not rows:
                if not follow:
                    return
                while self._head == seen:
                    await self._changed.wait()

    async def _watch(self) -> None:
        """Tell the listeners whenever the index is at another block."""
        while True:
            try:
                block = await to_thread.run_sync(latest_block, self._service)
            except DatabaseBusy:
                block = None
            if block is not None and block.hash != self._head:
                self._head = block.hash
                self._changed.set()
                self._changed = asyncio.Event()
            await asyncio.sleep(_PAUSE)

    def _after(self, block: int, index: int) -> Sequence[AnyRow]:
        with self._service.database.connect() as connection:
            return events_after(connection, block, index, _BATCH)


class Stream(EventSourceResponse):
    """An answer that is events; it holds a seat for as long as it lasts."""

    def __init__(self, feed: Feed, block: int, index: int, *, follow: bool) -> None:
        """Bind it.

        Args:
            feed: Where the events come from.
            block: Block of the place after which it begins.
            index: Index of the place's log.
            follow: Wait for more at the end.
        """
        super().__init__(feed.events(block, index, follow=follow))
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        client = scope["client"][0] if scope.get("client") else ""
        with self._feed.seat(client):
            await super().__call__(scope, receive, send)


def _as_sent(row: AnyRow) -> ServerSentEvent:
    card = event_card(row)
    return ServerSentEvent(orjson.dumps(card).decode(), event=card["name"], id=card["id"])
