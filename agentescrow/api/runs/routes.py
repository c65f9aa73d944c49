"""GET /api/runs: lists of runs, single runs, and who may claim them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from agentescrow.api.errors import not_found
from agentescrow.api.index import Index, IndexDep, Snapshot
from agentescrow.api.parameters import (
    openapi_parameters,
    parse_query,
    read_cursor,
    require_shallow,
    write_cursor,
)
from agentescrow.api.response_cache import NOT_MODIFIED, IndexResponse
from agentescrow.api.runs.parameters import (
    CREATED_MAX,
    DEADLINES_MAX,
    RunId,
    RunQuery,
    require_narrow,
)
from agentescrow.api.runs.serializers import serialize_eligibility, serialize_page, serialize_run
from agentescrow.api.serializers import Json, serialize_event, serialize_pagination
from agentescrow.api.strict_query import StrictRoute
from agentescrow.domain.money import parse_usdc
from agentescrow.domain.runs.run import RunState
from agentescrow.store.database import Connection
from agentescrow.store.prepared_statements import Statement
from agentescrow.store.runs.eligibility import find_claim_eligibility
from agentescrow.store.runs.lists import (
    Place,
    RunFilter,
    begins_at_a_number,
    count,
    created_within,
    looked_at,
    page_of_runs,
)
from agentescrow.store.runs.queries import events_of_run, find_run
from agentescrow.store.schema import AnyRow
from agentescrow.wire.eligibility import Eligibility
from agentescrow.wire.runs import RunPage, RunWithEvents
from agentescrow.wire.shape import INTEGER_MAX

router = APIRouter(prefix="/api/runs", tags=["runs"], route_class=StrictRoute)

_INLINE_OFFSET: Final = 1_000


@router.get(
    "",
    response_model=RunPage,
    responses=NOT_MODIFIED,
    openapi_extra={"parameters": openapi_parameters(RunQuery)},
)
async def list_runs(request: Request) -> Response:
    """List runs, one page at a time."""
    # Not as dependencies: FastAPI takes as long to resolve these two as the list itself takes.
    index, query = Index(request), parse_query(request, RunQuery)
    wanted = _filter(query)
    after = None if query.cursor is None else Place(*read_cursor(query.cursor, query.sort, 2))
    offset = query.offset

    def statement(found: RunFilter, total: int) -> Statement:
        if not begins_at_a_number(found, query.sort):
            require_shallow(offset, total)
        return page_of_runs(
            found,
            sort=query.sort,
            limit=query.limit + 1,
            offset=offset,
            after=after,
            total=total,
        )

    created = query.created_after is not None or query.created_before is not None

    def narrowed(connection: Connection, found: RunFilter) -> RunFilter:
        if created:
            found = created_within(connection, found, query.created_after, query.created_before)
        limit = DEADLINES_MAX if found.dated else CREATED_MAX
        require_narrow(looked_at(connection, found, limit), limit)
        return found

    dated = created or wanted.dated
    numbered = begins_at_a_number(wanted, query.sort)
    total, rows = await index.page(
        wanted,
        statement,
        count,
        narrowed=narrowed if dated else None,
        inline=not dated and (numbered or (wanted.counted and offset <= _INLINE_OFFSET)),
    )
    return IndexResponse(_page(query, total, rows))


@router.get("/{run_id}", response_model=RunWithEvents, responses=NOT_MODIFIED)
async def get_run(index: IndexDep, run_id: RunId) -> Response:
    """Get a run with its events."""

    def read(snapshot: Snapshot) -> Json:
        row = find_run(snapshot.connection, run_id)
        if row is None:
            raise not_found("run", run_id)
        events = events_of_run(snapshot.connection, run_id)
        return serialize_run(row) | {"events": [serialize_event(event) for event in events]}

    return IndexResponse(await index.read(read))


@router.get("/{run_id}/claim-eligibility", response_model=Eligibility, responses=NOT_MODIFIED)
async def get_claim_eligibility(
    index: IndexDep,
    run_id: RunId,
    agent_id: Annotated[
        int,
        Query(alias="agentId", ge=0, le=INTEGER_MAX, description="Agent that would claim."),
    ],
) -> Response:
    """Check whether an agent may claim a run, as the contract does, with all reasons against it."""

    def read(snapshot: Snapshot) -> Json:
        found = find_claim_eligibility(snapshot.connection, run_id, agent_id)
        if found is None:
            raise not_found("run", run_id)
        if found.agent is None:
            raise not_found("agent", agent_id)
        return serialize_eligibility(found, run_id, agent_id)

    return IndexResponse(await index.read(read))


def _filter(query: RunQuery) -> RunFilter:
    reward = 0 if query.min_reward is None else parse_usdc(query.min_reward)
    return RunFilter(
        states=tuple(RunState[name] for name in query.state),
        min_reward=min(reward, INTEGER_MAX),
        poster=None if query.poster is None else to_checksum_address(query.poster),
        agent_id=query.agent_id,
        wallet=None if query.wallet is None else to_checksum_address(query.wallet),
        deadline_after=query.deadline_after,
        deadline_before=query.deadline_before,
    )


def _page(query: RunQuery, total: int, rows: Sequence[AnyRow]) -> Json:
    """Write a page; a row beyond its limit tells that there is a next page."""
    shown, next_cursor = rows[: query.limit], None
    if len(rows) > query.limit:
        last = shown[-1]
        rank = last.due if query.sort == "due" else last.reward
        next_cursor = write_cursor(query.sort, last.run_id, rank)
    return serialize_page(
        [serialize_run(row) for row in shown],
        serialize_pagination(query.page, query.limit, total, next_cursor),
    )
