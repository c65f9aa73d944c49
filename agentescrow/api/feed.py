"""Feed of events: the index is polled once, however many clients listen (API-6)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import orjson
from anyio import CapacityLimiter, to_thread
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError
from agentescrow.api.index import latest_block
from agentescrow.api.rate_limits import client_of
from agentescrow.api.serializers import Json, serialize_event, serialize_removed_event
from agentescrow.store.database import Connection, DatabaseBusy
from agentescrow.store.events import ALL, EventFilter, events_after
from agentescrow.store.position import indexed_block
from agentescrow.store.reorganisations import (
    last_reorganisation,
    reorganisations_after,
    taken_back_by,
)

_POLL_SECONDS: Final = 0.25
_BATCH: Final = 500
_CHARACTERS: Final = 100_000  # of a batch's values before texts are cut, which a listener holds
_READERS: Final = 2
_LAST: Final = 2**31 - 1  # no log index in a block is as high


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """Position of a listener in the chain, and the branch of the chain that it has seen.

    Attributes:
        block: Block of the last event.
        index: Log index of that event.
        reorganisation: Last reorganisation that the listener knows; None for the latest.
        first_block: First block that was requested; nothing below is sent.
    """

    block: int
    index: int
    reorganisation: int | None = None
    first_block: int = 0

    @classmethod
    def from_id(cls, text: str) -> StreamPosition:
        """Parse the `id` of an event that was sent.

        Args:
            text: `block:logIndex`, followed by `@` and the number of the last reorganisation
                before it; without `@` 0, and a bare `@` stands for the latest.
        """
        place, known, number = text.partition("@")
        block, index = (int(part) for part in place.split(":"))
        return cls(block, index, None if known and not number else int(number or 0))

    @property
    def id(self) -> str:
        """Id that a listener sends to resume from here."""
        known = f"@{self.reorganisation}" if self.reorganisation else ""
        return f"{self.block}:{self.index}{known}"

    def before(self, block: int, index: int) -> StreamPosition:
        """Return the position just before an event."""
        at = (block, index - 1) if index else (block - 1, _LAST)
        return replace(self, block=at[0], index=at[1])


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """Number of concurrent listeners.

    Attributes:
        total: Listeners of this process.
        per_client: Listeners of one client.
    """

    total: int = 1_000
    per_client: int = 100


_Batch = tuple[StreamPosition, list[ServerSentEvent]]
"""Events to send, and the position after them."""


class Feed:
    """Wakes listeners when there is a new block.

    Attributes:
        listeners: Number of listeners by client.
    """

    def __init__(self, service: Service, limits: ListenerLimits) -> None:
        self._service = service
        self._limits = limits
        self.listeners: Counter[str] = Counter()
        self._watcher: asyncio.Task[None] | None = None
        self._head: str | None = None
        self._changed = asyncio.Event()
        self._readers = CapacityLimiter(_READERS)  # apart from those of other requests

    @contextmanager
    def connection(self, client: str) -> Iterator[None]:
        """Count a listener; the index is polled while there is any.

        Raises:
            ApiError: 429 or 503: too many listeners, of this client or in total.
        """
        if self.listeners[client] >= self._limits.per_client:
            detail = f"Too many listeners; each client may have {self._limits.per_client}."
            raise ApiError(429, "TOO_MANY_LISTENERS", detail)
        if self.listeners.total() >= self._limits.total:
            detail = "All places for listeners are taken; try again later."
            raise ApiError(503, "TOO_MANY_LISTENERS", detail)
        self.listeners[client] += 1
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            self.listeners[client] -= 1
            self.listeners += Counter()  # removes counts of zero
            if not self.listeners:
                self._watcher.cancel()
                self._watcher = None

    async def events(
        self, position: StreamPosition, wanted: EventFilter = ALL, *, follow: bool
    ) -> AsyncIterator[ServerSentEvent]:
        """Yield the events after a position, preceded by those that were removed before it.

        Args:
            position: Position to start after.
            wanted: Filter of events.
            follow: Whether to wait for more at the end.
        """
        while True:
            head = self._head
            after, sent = await to_thread.run_sync(
                self._read_batch, position, wanted, limiter=self._readers
            )
            for each in sent:
                yield each
            if not sent and position.reorganisation in (None, after.reorganisation):
                if not follow:
                    return
                while self._head == head:
                    await self._changed.wait()
            position = after

    async def _watch(self) -> None:
        """Poll the indexed block, and wake the listeners when it changes."""
        while True:
            try:
                block = await to_thread.run_sync(latest_block, self._service)
            except DatabaseBusy:
                block = None
            if block is not None and block.hash != self._head:
                self._head = block.hash
                self._changed.set()
                self._changed = asyncio.Event()
            await asyncio.sleep(_POLL_SECONDS)

    def _read_batch(self, position: StreamPosition, wanted: EventFilter) -> _Batch:
        with self._service.reads.connect() as connection:
            known, last = position.reorganisation, last_reorganisation(connection)
            if known is not None and known < last:
                return _removed_batch(connection, position, known, wanted)
            position = replace(position, reorganisation=last)
            rows = events_after(
                connection, position.block, position.index, _BATCH, _CHARACTERS, wanted
            )
            if not rows:
                return _at_head(connection, position), []
        sent = []
        for row in rows:
            position = replace(position, block=row.block_number, index=row.log_index)
            sent.append(_message(serialize_event(row), position))
        return position, sent


def _at_head(connection: Connection, position: StreamPosition) -> StreamPosition:
    """Move to the end of the index, so that events that do not match are not read again."""
    head = indexed_block(connection)
    if head is None or head.number < position.block:
        return position
    return replace(position, block=head.number, index=_LAST)


def _removed_batch(
    connection: Connection, position: StreamPosition, known: int, wanted: EventFilter
) -> _Batch:
    """Read what the next reorganisation removed of the events before a position, latest first."""
    reorganisation = reorganisations_after(connection, known)[0]
    first_block = max(reorganisation.block_number + 1, position.first_block)
    at = (position.block, position.index)
    rows = taken_back_by(
        connection,
        reorganisation.number,
        first_block=first_block,
        place=at,
        limit=_BATCH,
        longest=_CHARACTERS,
        wanted=wanted,
    )
    sent = []
    for row in rows:
        position = position.before(row.block_number, row.log_index)
        sent.append(_message(serialize_removed_event(row), position, "removed"))
    if not rows:
        common = min(at, (reorganisation.block_number, _LAST))
        block, index = max(common, (position.first_block, -1))
        position = StreamPosition(block, index, reorganisation.number, position.first_block)
    return position, sent


class EventStream(EventSourceResponse):
    """Response that streams events; it counts as a listener while it lasts."""

    def __init__(
        self, feed: Feed, position: StreamPosition, wanted: EventFilter, *, follow: bool
    ) -> None:
        """Start after a position.

        Args:
            feed: Source of the events.
            position: Position to start after.
            wanted: Filter of events.
            follow: Whether to wait for more at the end.
        """
        super().__init__(feed.events(position, wanted, follow=follow))
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        with self._feed.connection(client_of(scope)):
            await super().__call__(scope, receive, send)


def _message(event: Json, position: StreamPosition, name: str | None = None) -> ServerSentEvent:
    """Make the message of an event, whose id is the position to resume from."""
    return ServerSentEvent(
        orjson.dumps(event).decode(), event=name or event["name"], id=position.id
    )
