"""/api/agents: who works, with what stake and what reputation."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from agentescrow.api.answer import json_answer, kept_answer
from agentescrow.api.bodies import StakeBody
from agentescrow.api.cards import Json, agent_card, pagination_card, stake_card
from agentescrow.api.deposits import known_agent, recorded
from agentescrow.api.idempotency import KeyHeader, Retries
from agentescrow.api.index import IndexDep, ServiceDep, Snapshot
from agentescrow.api.parameters import (
    AgentId,
    Cursor,
    Limit,
    PageNumber,
    read_cursor,
    write_cursor,
)
from agentescrow.store.agents import count_agents, page_of_agents
from agentescrow.wire.agents import Agent, AgentPage, StakeAnswer, StakeInfo
from agentescrow.wire.problem import Problem
from agentescrow.wire.shape import INTEGER_MAX

router = APIRouter(prefix="/api/agents", tags=["agents"])


@router.get("", response_model=AgentPage)
async def list_agents(
    index: IndexDep, page: PageNumber = 1, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """List agents by number, a page at a time."""
    after = None if cursor is None else read_cursor(cursor, "id", 1)[0]
    offset = 0 if cursor is not None else min((page - 1) * limit, INTEGER_MAX)

    def read(snapshot: Snapshot) -> Json:
        total = count_agents(snapshot.connection)
        rows = page_of_agents(snapshot.connection, limit=limit + 1, offset=offset, after=after)
        shown = rows[:limit]
        following = write_cursor("id", shown[-1].agent_id) if len(rows) > limit else None
        return {
            "agents": [agent_card(row, snapshot.now) for row in shown],
            "pagination": pagination_card(page, limit, total, following),
        }

    return json_answer(await index.read(read, quick=False))


@router.get("/{agent_id}", response_model=Agent)
async def get_agent(index: IndexDep, agent_id: AgentId) -> Response:
    """Get an agent."""

    def read(snapshot: Snapshot) -> Json:
        return agent_card(known_agent(snapshot, agent_id), snapshot.now)

    return json_answer(await index.read(read))


@router.get("/{agent_id}/stake", response_model=StakeInfo)
async def get_stake(index: IndexDep, agent_id: AgentId) -> Response:
    """Get an agent's stake."""

    def read(snapshot: Snapshot) -> Json:
        return stake_card(known_agent(snapshot, agent_id), snapshot.now)

    return json_answer(await index.read(read))


@router.post("/{agent_id}/stake", response_model=StakeAnswer, responses={403: {"model": Problem}})
async def report_stake(
    request: Request,
    service: ServiceDep,
    index: IndexDep,
    agent_id: AgentId,
    body: StakeBody,
    key: KeyHeader = None,
) -> Response:
    """Report a deposit; only a `Staked` event of our registry counts, nothing is believed."""
    retries = Retries.of(service.database, key, request.url.path, body)
    kept = await run_in_threadpool(retries.begin)
    if kept is not None:
        return kept_answer(kept)
    return await recorded(service, index, retries, agent_id, body)
