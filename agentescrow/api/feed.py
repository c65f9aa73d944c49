"""The events as they come: the index is watched once, however many listen (API-6)."""

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
from agentescrow.api.serializers import Json, event_card, removed_card
from agentescrow.store.database import Connection, DatabaseBusy
from agentescrow.store.events import ALL, EventFilter, events_after
from agentescrow.store.position import indexed_block
from agentescrow.store.reorganisations import (
    last_reorganisation,
    reorganisations_after,
    taken_back_by,
)

_PAUSE: Final = 0.25
_BATCH: Final = 500
_CHARACTERS: Final = 100_000  # of a batch's arguments, before texts are cut: what a listener holds
_READERS: Final = 2
_LAST: Final = 2**31 - 1  # no log of a block has so high an index


@dataclass(frozen=True, slots=True)
class Place:
    """How far a listener has heard, and on which branch of the chain.

    Args:
        block: Block of the last event.
        index: Its log's index.
        reorganisation: The last one of which the listener knows; None for the last that there is.
        first_block: Nothing below was asked for, and so nothing below is sent.
    """

    block: int
    index: int
    reorganisation: int | None = None
    first_block: int = 0

    @classmethod
    def from_id(cls, text: str) -> Place:
        """Read the `id` of an event that was sent.

        Args:
            text: `block:logIndex`, and `@` with the number of the last reorganisation before it;
                nothing stands for none, a bare `@` for the last that there is.
        """
        place, known, number = text.partition("@")
        block, index = (int(part) for part in place.split(":"))
        return cls(block, index, None if known and not number else int(number or 0))

    @property
    def id(self) -> str:
        """What a listener sends to go on from here."""
        known = f"@{self.reorganisation}" if self.reorganisation else ""
        return f"{self.block}:{self.index}{known}"

    def before(self, block: int, index: int) -> Place:
        """The place just before an event."""
        at = (block, index - 1) if index else (block - 1, _LAST)
        return replace(self, block=at[0], index=at[1])


@dataclass(frozen=True, slots=True)
class Seats:
    """How many may listen at a time.

    Args:
        all: To this process.
        each: Of one client.
    """

    all: int = 1_000
    each: int = 100


_Heard = tuple[Place, list[ServerSentEvent]]
"""What is sent to a listener, and where it is then."""


class Feed:
    """Where listeners wait for the next block.

    Attributes:
        listeners: How many there are, by client.
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
            client: Whose seat it is.

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
        self, place: Place, wanted: EventFilter = ALL, *, follow: bool
    ) -> AsyncIterator[ServerSentEvent]:
        """The events after a place in the chain, and before them what was taken back of it.

        Args:
            place: The place.
            wanted: Which events.
            follow: Wait for more at the end.
        """
        while True:
            seen = self._head
            after, sent = await to_thread.run_sync(
                self._after, place, wanted, limiter=self._readers
            )
            for each in sent:
                yield each
            if not sent and place.reorganisation in (None, after.reorganisation):
                if not follow:
                    return
                while self._head == seen:
                    await self._changed.wait()
            place = after

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

    def _after(self, place: Place, wanted: EventFilter) -> _Heard:
        """What follows a place, and the place after it, which knows the last reorganisation."""
        with self._service.reads.connect() as connection:
            known, last = place.reorganisation, last_reorganisation(connection)
            if known is not None and known < last:
                return _taken_back(connection, place, known, wanted)
            place = replace(place, reorganisation=last)
            rows = events_after(connection, place.block, place.index, _BATCH, _CHARACTERS, wanted)
            if not rows:
                return _at_the_head(connection, place), []
        sent = []
        for row in rows:
            place = replace(place, block=row.block_number, index=row.log_index)
            sent.append(_sent(event_card(row), place))
        return place, sent


def _at_the_head(connection: Connection, place: Place) -> Place:
    """The place behind all that is indexed: what is not wanted is not looked at again."""
    head = indexed_block(connection)
    if head is None or head.number < place.block:
        return place
    return replace(place, block=head.number, index=_LAST)


def _taken_back(connection: Connection, place: Place, known: int, wanted: EventFilter) -> _Heard:
    """What the next reorganisation has taken back of what was heard, the latest first."""
    way = reorganisations_after(connection, known)[0]
    first_block = max(way.block_number + 1, place.first_block)
    at = (place.block, place.index)
    rows = taken_back_by(
        connection,
        way.number,
        first_block=first_block,
        place=at,
        limit=_BATCH,
        longest=_CHARACTERS,
        wanted=wanted,
    )
    sent = []
    for row in rows:
        place = place.before(row.block_number, row.log_index)
        sent.append(_sent(removed_card(row), place, "removed"))
    if not rows:
        stayed = max(min(at, (way.block_number, _LAST)), (place.first_block, -1))
        place = Place(*stayed, reorganisation=way.number, first_block=place.first_block)
    return place, sent


class Stream(EventSourceResponse):
    """An answer that is events; it holds a seat for as long as it lasts."""

    def __init__(self, feed: Feed, place: Place, wanted: EventFilter, *, follow: bool) -> None:
        """Bind it.

        Args:
            feed: Where the events come from.
            place: After which it begins.
            wanted: Which events.
            follow: Wait for more at the end.
        """
        super().__init__(feed.events(place, wanted, follow=follow))
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._feed.seat(client_of(scope)):
            await super().__call__(scope, receive, send)


def _sent(card: Json, place: Place, name: str | None = None) -> ServerSentEvent:
    """An event, with the place to go on from."""
    return ServerSentEvent(orjson.dumps(card).decode(), event=name or card["name"], id=place.id)
