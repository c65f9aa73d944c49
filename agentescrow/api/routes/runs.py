"""GET /api/runs: what the index says of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Query
from fastapi.responses import Response

from agentescrow.api.cards import event_card, run_card
from agentescrow.api.dependencies import (
    Cursor,
    Limit,
    PageNumber,
    RunId,
    SnapshotDep,
    read_cursor,
    write_cursor,
)
from agentescrow.api.errors import not_found
from agentescrow.domain.agent import AgentStatus, status_of
from agentescrow.domain.eligibility import Ineligibility, reasons
from agentescrow.domain.money import parse_usdc
from agentescrow.domain.run import RunState
from agentescrow.store.claims import claimability
from agentescrow.store.runs import (
    AnyRow,
    Place,
    RunFilter,
    count,
    events_of_run,
    find_run,
    page_of_runs,
)
from agentescrow.wire.eligibility import Eligibility, EligibleAgent, EligibleRun
from agentescrow.wire.pagination import Pagination
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
    snapshot: SnapshotDep,
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
    total = count(snapshot.connection, wanted)
    after = None if cursor is None else Place(*read_cursor(cursor, sort, 2))
    rows = page_of_runs(
        snapshot.connection,
        wanted,
        sort=sort,
        limit=limit,
        offset=min((page - 1) * limit, INTEGER_MAX),
        after=after,
        total=total,
    )
    pagination = Pagination.of(page, limit, total, _next(rows, sort, limit))
    found = RunPage.model_construct(runs=[run_card(row) for row in rows], pagination=pagination)
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/{run_id}")
def get_run(snapshot: SnapshotDep, run_id: RunId) -> RunWithEvents:
    """Get a run with its life."""
    row = find_run(snapshot.connection, run_id)
    if row is None:
        raise not_found("run", run_id)
    events = [event_card(event) for event in events_of_run(snapshot.connection, run_id)]
    return RunWithEvents.model_construct(**dict(run_card(row)), events=events)


@router.get("/{run_id}/claim-eligibility")
def get_claim_eligibility(
    snapshot: SnapshotDep,
    run_id: RunId,
    agent_id: Annotated[int, Query(alias="agentId", ge=0, le=INTEGER_MAX)],
) -> Eligibility:
    """Say whether an agent may claim a run, and why not: the contract's answer."""
    found = claimability(snapshot.connection, run_id, agent_id)
    if found is None:
        raise not_found("run", run_id)
    if found.bits & Ineligibility.AGENT_UNKNOWN or found.agent is None:
        raise not_found("agent", agent_id)
    against = reasons(found.bits)
    agent = found.agent
    return Eligibility(
        eligible=not against,
        reasons=[reason.sentence for reason in against],
        reason_codes=[reason.code for reason in against],
        agent=EligibleAgent(
            id=agent_id,
            status=AgentStatus(status_of(agent, snapshot.now)),
            staked_amount=agent.staked,
            has_min_stake=agent.has_min_stake,
        ),
        run=EligibleRun(id=run_id, state=found.run.state, reward=found.run.reward),
    )


def _next(rows: Sequence[AnyRow], sort: str, limit: int) -> str | None:
    if len(rows) < limit:
        return None
    return write_cursor(sort, rows[-1].run_id, rows[-1].reward)
