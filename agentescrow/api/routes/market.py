"""The market in numbers, its events as they come, and what became of relayed requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Header, Path, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from agentescrow.api.answer import json_answer
from agentescrow.api.cards import Json, event_card, relay_card
from agentescrow.api.errors import ApiError
from agentescrow.api.index import IndexDep, ServiceDep, Snapshot, latest_block
from agentescrow.api.service import Service
from agentescrow.store.agents import count_agents, find_vault
from agentescrow.store.runs import AnyRow, events_after
from agentescrow.store.totals import runs_by_state
from agentescrow.wire.relay import RelayStatus
from agentescrow.wire.shape import INTEGER_MAX
from agentescrow.wire.stats import Stats

router = APIRouter(prefix="/api", tags=["market"])

_PAUSE: Final = 0.25
_BATCH: Final = 500
_PLACE: Final = r"^[0-9]{1,18}:[0-9]{1,9}$"


@router.get("/stats", response_model=Stats)
async def get_stats(index: IndexDep) -> Response:
    """Get the market in numbers."""

    def read(snapshot: Snapshot) -> Json:
        by_state = runs_by_state(snapshot.connection)
        escrow = find_vault(snapshot.connection, "RunEscrow")
        registry = find_vault(snapshot.connection, "StakeRegistry")
        return {
            "runs": sum(by_state.values()),
            "runsByState": {state.name: number for state, number in by_state.items()},
            "agents": count_agents(snapshot.connection),
            "escrowed": str(escrow.held if escrow else 0),
            "staked": str(registry.held if registry else 0),
            "volume": str(escrow.volume if escrow else 0),
            "feesEarned": str(escrow.fees_earned if escrow else 0),
            "paused": bool(escrow and escrow.paused),
        }

    return json_answer(await index.read(read, quick=False))


@router.get("/requests/{request_id}", response_model=RelayStatus)
def get_request(
    service: ServiceDep, request_id: Annotated[str, Path(pattern="^0x[0-9a-f]{64}$")]
) -> Response:
    """Get what became of a relayed request."""
    relay = service.admission.find(request_id)
    if relay is None:
        raise ApiError(404, "REQUEST_UNKNOWN", f"There is no request {request_id}.")
    return json_answer(relay_card(relay))


@router.get("/events", response_class=EventSourceResponse)
async def listen(
    service: ServiceDep,
    last_event_id: Annotated[str | None, Header(pattern=_PLACE)] = None,
    from_block: Annotated[
        int | None, Query(alias="fromBlock", ge=0, le=INTEGER_MAX, description="Begin here.")
    ] = None,
    follow: Annotated[bool, Query(description="Go on with what is yet to come.")] = True,
) -> EventSourceResponse:
    """Listen to every change, as server-sent events; `Last-Event-ID` goes on where it ended."""
    if last_event_id is not None:
        block, index = (int(part) for part in last_event_id.split(":"))
    elif from_block is not None:
        block, index = from_block, -1
    else:
        block, index = await run_in_threadpool(_head, service) + 1, -1
    return EventSourceResponse(events_from(service, block, index, follow=follow))


async def events_from(
    service: Service, block: int, index: int, *, follow: bool
) -> AsyncIterator[ServerSentEvent]:
    """The events after a place in the chain.

    Args:
        service: The service.
        block: Block of the place.
        index: Index of the place's log.
        follow: Wait for more at the end.
    """
    while True:
        rows = await run_in_threadpool(_after, service, block, index)
        for row in rows:
            card = event_card(row)
            yield ServerSentEvent(orjson.dumps(card).decode(), event=card["name"], id=card["id"])
            block, index = row.block_number, row.log_index
        if not rows:
            if not follow:
                return
            await asyncio.sleep(_PAUSE)


def _after(service: Service, block: int, index: int) -> Sequence[AnyRow]:
    with service.database.connect() as connection:
        return events_after(connection, block, index, _BATCH)


def _head(service: Service) -> int:
    block = latest_block(service)
    return -1 if block is None else block.number
