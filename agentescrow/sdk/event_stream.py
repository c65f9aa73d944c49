"""Every change as it happens: server-sent events, taken up again where a connection breaks off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Final

import httpx
from httpx_sse import ServerSentEvent, SSEError, aconnect_sse, connect_sse

from agentescrow.errors import Refused, ServiceProblem, ServiceUnreachable
from agentescrow.sdk.http import FIRST_PAUSE, LONGEST_PAUSE, NOT_NOW, read_as, successful
from agentescrow.sdk.runners import meant
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.validation import listed, number
from agentescrow.wire.events import Event

_PATH: Final = "/api/events"
_LAST: Final = 2**31 - 1  # no log of a block has so high an index
_TIMEOUT: Final = httpx.Timeout(30.0, read=60.0)  # a stream that is alive says so more often


class Place:
    """Where a listener is, and since when it has heard nothing."""

    def __init__(
        self,
        from_block: int,
        last_event_id: str | None,
        patience: float,
        *,
        follow: bool,
        wanted: Mapping[str, str],
    ) -> None:
        """Begin.

        Args:
            from_block: Block to begin at.
            last_event_id: Event to go on after, in place of a block.
            patience: Seconds without a connection after which it is given up.
            follow: Whether to go on with what is yet to come.
            wanted: Which events, as the query has it.
        """
        self.follow = follow
        self._wanted = wanted
        self._from_block = from_block
        self._last: str | None = last_event_id
        self._patience = patience
        self._heard, self._wait = time.monotonic(), FIRST_PAUSE

    @property
    def params(self) -> dict[str, str]:
        """Of the query."""
        place = {"fromBlock": str(self._from_block), "follow": str(self.follow).lower()}
        return {**place, **self._wanted}

    @property
    def headers(self) -> dict[str, str]:
        """What says where to go on."""
        return {} if self._last is None else {"Last-Event-ID": self._last}

    def opened(self, answer: httpx.Response) -> None:
        """Note that there is an answer.

        Raises:
            Refused: It is no.
        """
        successful(answer)
        self._heard = time.monotonic()

    def passed(self, sent: ServerSentEvent) -> Event:
        """Read an event; from here on it is behind us.

        Raises:
            ServiceProblem: It is none.
        """
        event = read_as(Event, sent.data)
        self._last = sent.id or event.id
        self._heard, self._wait = time.monotonic(), FIRST_PAUSE
        return event

    def pause(self) -> float:
        """Seconds until the next connection; longer each time."""
        wait, self._wait = self._wait, min(2 * self._wait, LONGEST_PAUSE)
        return wait

    def pause_after(self, error: Exception) -> float:
        """Seconds until the next connection, after one that failed.

        Raises:
            ServiceUnreachable: None has been there for too long.
            ServiceProblem: The API says no, or something else than events.
        """
        if isinstance(error, SSEError):
            raise ServiceProblem(f"the API's answer is no stream of events: {error}") from error
        failure = meant(error)
        later = isinstance(failure, Refused) and failure.status in NOT_NOW
        gone = isinstance(failure, ServiceUnreachable)
        if not (later or gone) or time.monotonic() - self._heard > self._patience:
            raise failure
        return self.pause()


def begin(
    session: Session,
    from_block: int | None,
    last_event_id: str | None,
    *,
    follow: bool,
    run_id: int | None,
    agent_id: int | None,
    name: str | Sequence[str] | None,
) -> Steps[Place]:
    """Find where to begin: behind the indexed block, where nothing is named.

    Args:
        session: Whose patience it is.
        from_block: Block to begin at.
        last_event_id: Event to go on after.
        follow: Whether to go on with what is yet to come.
        run_id: About this run alone.
        agent_id: About this agent alone.
        name: Of this name, or of these, alone.
    """
    wanted = {} if name is None else {"name": listed(name)}
    if run_id is not None:
        wanted["runId"] = str(number("run_id", run_id))
    if agent_id is not None:
        wanted["agentId"] = str(number("agent_id", agent_id))
    if from_block is None and last_event_id is None:
        indexed = (yield from session.readiness()).indexed_block
        # Not by the next block: what replaces an indexed one is news, too.
        last_event_id = None if indexed is None else f"{indexed}:{_LAST}@"
    block = number("from_block", 0 if from_block is None else from_block)
    return Place(block, last_event_id, session.options.patience, follow=follow, wanted=wanted)


def listen(http: httpx.Client, place: Place) -> Iterator[Event]:
    """Yield every event after a place.

    Args:
        place: Moves on with the events.
    """
    while True:
        asked = {"params": place.params, "headers": place.headers, "timeout": _TIMEOUT}
        try:
            with connect_sse(http, "GET", _PATH, **asked) as source:
                if source.response.is_error:
                    source.response.read()
                place.opened(source.response)
                for sent in source.iter_sse():
                    if sent.data:  # a comment that keeps the connection alive has none
                        yield place.passed(sent)
            if not place.follow:
                return
            wait = place.pause()
        except (httpx.TransportError, SSEError, Refused) as error:
            wait = place.pause_after(error)
        time.sleep(wait)


async def alisten(http: httpx.AsyncClient, place: Place) -> AsyncIterator[Event]:
    """The same as `listen`, awaited."""
    while True:
        asked = {"params": place.params, "headers": place.headers, "timeout": _TIMEOUT}
        try:
            async with aconnect_sse(http, "GET", _PATH, **asked) as source:
                if source.response.is_error:
                    await source.response.aread()
                place.opened(source.response)
                async for sent in source.aiter_sse():
                    if sent.data:
                        yield place.passed(sent)
            if not place.follow:
                return
            wait = place.pause()
        except (httpx.TransportError, SSEError, Refused) as error:
            wait = place.pause_after(error)
        await asyncio.sleep(wait)
