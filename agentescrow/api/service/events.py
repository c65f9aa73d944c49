"""GET /api/events: the stream of events."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from agentescrow.api.feed import EventStream, StreamPosition
from agentescrow.api.index import ServiceDep, latest_block
from agentescrow.api.openapi import EVENTS
from agentescrow.api.parameters import Query, openapi_parameters, parse_query, split_names
from agentescrow.api.strict_query import StrictRoute
from agentescrow.chain.events import TYPES
from agentescrow.domain.contracts import INDEXED
from agentescrow.store.events import EventFilter
from agentescrow.wire.shape import INTEGER_MAX

router = APIRouter(prefix="/api", tags=["service"], route_class=StrictRoute)

EVENT_NAMES: Final = sorted(
    {kind.__name__ for contract in INDEXED for kind in TYPES[contract.name].values()}
)
"""Names of all events in the index."""

_POSITION: Final = r"^([0-9]{1,18}:[0-9]{1,10}(@[0-9]{0,18})?)?$"  # an empty one is ignored


def _known_name(name: str) -> str:
    if name not in EVENT_NAMES:
        raise ValueError(f"one of {', '.join(EVENT_NAMES)}")
    return name


EventName = Annotated[
    str, AfterValidator(_known_name), WithJsonSchema({"type": "string", "enum": EVENT_NAMES})
]


class EventQuery(Query):
    """Query of a stream of events; it has an attribute for each of `store.subjects`."""

    run_id: Annotated[
        int | None, Field(ge=0, le=INTEGER_MAX, description="Only events about this run.")
    ] = None
    agent_id: Annotated[
        int | None, Field(ge=0, le=INTEGER_MAX, description="Only events about this agent.")
    ] = None
    name: Annotated[
        tuple[EventName, ...],
        BeforeValidator(split_names),
        Field(description="Names, separated by commas; any name by default."),
    ] = ()
    from_block: Annotated[
        int | None, Field(ge=0, le=INTEGER_MAX, description="First block, to start in the past.")
    ] = None
    follow: Annotated[
        bool, Field(description="Whether to wait for new events; false ends at the indexed block.")
    ] = True


@router.get(
    "/events",
    status_code=200,
    response_class=EventStream,
    responses={200: EVENTS},
    openapi_extra={"parameters": openapi_parameters(EventQuery)},
)
async def listen(
    request: Request,
    service: ServiceDep,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            pattern=_POSITION,
            description="`id` of the last event received; the stream resumes after it.",
        ),
    ] = None,
) -> EventStream:
    """Stream the events of the contracts, when they are indexed, as server-sent events."""
    query = parse_query(request, EventQuery)
    if last_event_id:
        position = StreamPosition.from_id(last_event_id)
    elif query.from_block is not None:
        position = StreamPosition(query.from_block, -1, first_block=query.from_block)
    else:
        head = await run_in_threadpool(latest_block, service)
        position = StreamPosition(0 if head is None else head.number + 1, -1)
    wanted = EventFilter.of(query, query.name)
    return EventStream(request.app.state.feed, position, wanted, follow=query.follow)
