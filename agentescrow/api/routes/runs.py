"""GET /api/runs: what the index says of runs."""

from __future__ import annotations

from typing import Annotated, Literal

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Query
from fastapi.responses import Response

from agentescrow.api.answer import json_answer
from agentescrow.api.cards import eligibility_card, event_card, pagination_card, run_card
from agentescrow.api.errors import not_found
from agentescrow.api.index import IndexDep
from agentescrow.api.parameters import (
    Cursor,
    Limit,
    PageNumber,
    RunId,
    read_cursor,
    write_cursor,
)
from agentescrow.domain.money import parse_usdc
from agentescrow.domain.run import RunState
from agentescrow.store.claims import claimability
from agentescrow.store.runs import (
    Place,
    RunFilter,
    events_of_run,
    find_run,
    page_of_runs,
)
from agentescrow.wire.eligibility import Eligibility
from agentescrow.wire.runs import RunPage, RunWithEvents
from agentescrow.wire.shape import INTEGER_MAX, Address

router = APIRouter(prefix="/api/runs", tags=["runs"])

StateName = Literal[
    "DRAFT",
    "OPEN",
    "CLAIMED",
    "IN_PROGRESS",
    "SUBMITTED",
    "APPROVED",
    "REVISION_REQUESTED",
    "REJECTED",
    "CANCELLED",
    "SLASHED",
]
Sort = Literal["newest", "oldest", "reward"]


@router.get("", response_model=RunPage)
def list_runs(
    index: IndexDep,
    page: PageNumber = 1,
    limit: Limit = 20,
    state: Annotated[StateName | None, Query(description="Filter by state.")] = None,
    min_reward: Annotated[
        str | None,
        Query(alias="minReward", max_length=40, description='Minimum reward in USDC: "12.5".'),
    ] = None,
    poster: Annotated[Address | None, Query(description="Filter by poster.")] = None,
    agent_id: Annotated[
        int | None, Query(alias="agentId", ge=0, le=INTEGER_MAX, description="Filter by agent.")
    ] = None,
    sort: Annotated[Sort, Query(description="Order of the list.")] = "newest",
    cursor: Cursor = None,
) -> Response:
    """List runs, a page at a time."""
    wanted = RunFilter(
        state=None if state is None else RunState[state],
        min_reward=0 if min_reward is None else min(parse_usdc(min_reward), INTEGER_MAX),
        poster=None if poster is None else to_checksum_address(poster),
        agent_id=agent_id,
    )
    after = None if cursor is None else Place(*read_cursor(cursor, sort, 2))
    offset = min((page - 1) * limit, INTEGER_MAX)
    with index.snapshot() as snapshot:
        total = index.total(snapshot, wanted)
        rows = page_of_runs(
            snapshot.connection,
            wanted,
            sort=sort,
            limit=limit + 1,
            offset=offset,
            after=after,
            total=total,
        )
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        following = write_cursor(sort, shown[-1].run_id, shown[-1].reward)
    pagination = pagination_card(page, limit, total, following)
    return json_answer({"runs": [run_card(row) for row in shown], "pagination": pagination})


@router.get("/{run_id}", response_model=RunWithEvents)
def get_run(index: IndexDep, run_id: RunId) -> Response:
    """Get a run with its life."""
    with index.snapshot() as snapshot:
        row = find_run(snapshot.connection, run_id)
        if row is None:
            raise not_found("run", run_id)
        events = events_of_run(snapshot.connection, run_id)
    return json_answer(run_card(row) | {"events": [event_card(event) for event in events]})


@router.get("/{run_id}/claim-eligibility", response_model=Eligibility)
def get_claim_eligibility(
    index: IndexDep,
    run_id: RunId,
    agent_id: Annotated[int, Query(alias="agentId", ge=0, le=INTEGER_MAX)],
) -> Response:
    """Say whether an agent may claim a run, and why not: the contract's answer."""
    with index.snapshot() as snapshot:
        found = claimability(snapshot.connection, run_id, agent_id)
    if found is None:
        raise not_found("run", run_id)
    if found.agent is None:
        raise not_found("agent", agent_id)
    return json_answer(eligibility_card(found, run_id, agent_id))
