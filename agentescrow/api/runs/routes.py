"""GET /api/runs: what the index says of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from agentescrow.api.errors import not_found
from agentescrow.api.index import Index, IndexDep, Snapshot
from agentescrow.api.parameters import (
    CREATED_MAX,
    DEADLINES_MAX,
    RunId,
    RunQuery,
    parameters_of,
    query_of,
    read_cursor,
    require_narrow,
    require_shallow,
    write_cursor,
)
from agentescrow.api.response_cache import INDEXED, IndexAnswer
from agentescrow.api.serializers import (
    Json,
    eligibility_card,
    event_card,
    pagination_card,
    run_card,
)
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

_QUICK_OFFSET: Final = 1_000


@router.get(
    "",
    response_model=RunPage,
    responses=INDEXED,
    openapi_extra={"parameters": parameters_of(RunQuery)},
)
async def list_runs(request: Request) -> Response:
    """List runs, a page at a time."""
    # Not as dependencies: to have FastAPI find these two takes as long as the list itself.
    index, query = Index(request), query_of(request, RunQuery)
    wanted = _filter(query)
    after = None if query.cursor is None else Place(*read_cursor(query.cursor, query.sort, 2))
    offset = 0 if after else min((query.page - 1) * query.limit, INTEGER_MAX)

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
        most = DEADLINES_MAX if found.dated else CREATED_MAX
        require_narrow(looked_at(connection, found, most), most)
        return found

    dated = created or wanted.dated
    numbered = begins_at_a_number(wanted, query.sort)
    quick = not dated and (numbered or (wanted.counted and offset <= _QUICK_OFFSET))
    total, rows = await index.page(
        wanted, statement, narrowed=narrowed if dated else None, quick=quick
    )
    return IndexAnswer(_page(query, total, rows))


@router.get("/{run_id}", response_model=RunWithEvents, responses=INDEXED)
async def get_run(index: IndexDep, run_id: RunId) -> Response:
    """Get a run with its life."""

    def read(snapshot: Snapshot) -> Json:
        row = find_run(snapshot.connection, run_id)
        if row is None:
            raise not_found("run", run_id)
        events = events_of_run(snapshot.connection, run_id)
        return run_card(row) | {"events": [event_card(event) for event in events]}

    return IndexAnswer(await index.read(read))


@router.get("/{run_id}/claim-eligibility", response_model=Eligibility, responses=INDEXED)
async def get_claim_eligibility(
    index: IndexDep,
    run_id: RunId,
    agent_id: Annotated[int, Query(alias="agentId", ge=0, le=INTEGER_MAX)],
) -> Response:
    """Say whether an agent may claim a run, and why not: the contract's answer."""

    def read(snapshot: Snapshot) -> Json:
        found = find_claim_eligibility(snapshot.connection, run_id, agent_id)
        if found is None:
            raise not_found("run", run_id)
        if found.agent is None:
            raise not_found("agent", agent_id)
        return eligibility_card(found, run_id, agent_id)

    return IndexAnswer(await index.read(read))


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
    """The page, of rows of which the one after it tells whether there is a next page."""
    shown, following = rows[: query.limit], None
    if len(rows) > query.limit:
        last = shown[-1]
        rank = last.due if query.sort == "due" else last.reward
        following = write_cursor(query.sort, last.run_id, rank)
    return {
        "runs": [run_card(row) for row in shown],
        "pagination": pagination_card(query.page, query.limit, total, following),
    }
