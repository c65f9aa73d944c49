"""/api/agents: agents, their stake and their markets."""

from __future__ import annotations

from typing import Annotated

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Depends, Request, Response

from agentescrow.api.agents.bodies import AllowMarketBody, StakeBody, UnstakeBody
from agentescrow.api.agents.deposits import require_agent
from agentescrow.api.agents.parameters import AgentId, AgentQuery
from agentescrow.api.agents.serializers import (
    serialize_agent,
    serialize_listed_agent,
    serialize_markets,
    serialize_page,
    serialize_stake,
)
from agentescrow.api.agents.writes import StakeWriter
from agentescrow.api.index import IndexDep, Snapshot
from agentescrow.api.parameters import (
    openapi_parameters,
    parse_query,
    read_cursor,
    require_shallow,
    write_cursor,
)
from agentescrow.api.response_cache import NOT_MODIFIED, IndexResponse
from agentescrow.api.serializers import Json, serialize_pagination
from agentescrow.api.strict_query import StrictRoute
from agentescrow.api.writes import WRITES
from agentescrow.domain.agent import AgentStatus
from agentescrow.store.agents.markets import allowances_of
from agentescrow.store.agents.queries import AgentFilter, count_agents, page_of_agents
from agentescrow.wire.agents import (
    Agent,
    AgentMarkets,
    AgentPage,
    MarketsAnswer,
    StakeAnswer,
    StakeInfo,
)

router = APIRouter(prefix="/api/agents", tags=["agents"], route_class=StrictRoute)


WriterDep = Annotated[StakeWriter, Depends()]


@router.get(
    "",
    response_model=AgentPage,
    responses=NOT_MODIFIED,
    openapi_extra={"parameters": openapi_parameters(AgentQuery)},
)
async def list_agents(request: Request, index: IndexDep) -> Response:
    """List agents by number, one page at a time."""
    query = parse_query(request, AgentQuery)
    after = None if query.cursor is None else read_cursor(query.cursor, "id", 1)[0]

    def read(snapshot: Snapshot) -> Json:
        wanted = AgentFilter(
            owner=None if query.owner is None else to_checksum_address(query.owner),
            status=None if query.status is None else AgentStatus[query.status],
            now=snapshot.now,
        )
        total = count_agents(snapshot.connection, wanted)
        require_shallow(query.offset, total)
        rows = page_of_agents(
            snapshot.connection, wanted, limit=query.limit + 1, offset=query.offset, after=after
        )
        shown = rows[: query.limit]
        has_next = len(rows) > query.limit
        next_cursor = write_cursor("id", shown[-1].agent_id) if has_next else None
        return serialize_page(
            [serialize_listed_agent(row, snapshot.now) for row in shown],
            serialize_pagination(query.page, query.limit, total, next_cursor),
        )

    return IndexResponse(await index.read(read, inline=False))


@router.get("/{agent_id}", response_model=Agent, responses=NOT_MODIFIED)
async def get_agent(index: IndexDep, agent_id: AgentId) -> Response:
    """Get an agent."""

    def read(snapshot: Snapshot) -> Json:
        return serialize_agent(require_agent(snapshot, agent_id), snapshot.now)

    return IndexResponse(await index.read(read))


@router.get("/{agent_id}/stake", response_model=StakeInfo, responses=NOT_MODIFIED)
async def get_stake(index: IndexDep, agent_id: AgentId) -> Response:
    """Get the stake of an agent."""

    def read(snapshot: Snapshot) -> Json:
        return serialize_stake(require_agent(snapshot, agent_id), snapshot.now)

    return IndexResponse(await index.read(read))


@router.get("/{agent_id}/markets", response_model=AgentMarkets, responses=NOT_MODIFIED)
async def get_markets(index: IndexDep, agent_id: AgentId) -> Response:
    """Get what each market may lock of an agent's stake."""

    def read(snapshot: Snapshot) -> Json:
        row = require_agent(snapshot, agent_id)
        return serialize_markets(agent_id, allowances_of(snapshot.connection, row))

    return IndexResponse(await index.read(read))


@router.post("/{agent_id}/markets", response_model=MarketsAnswer, responses=WRITES)
async def allow_market(writer: WriterDep, agent_id: AgentId, body: AllowMarketBody) -> Response:
    """Allow a market to lock an agent's stake up to a cap, as the owner of the agent's NFT."""
    return await writer.allow_market(agent_id, body)


@router.post("/{agent_id}/stake", response_model=StakeAnswer, responses=WRITES)
async def stake(writer: WriterDep, agent_id: AgentId, body: StakeBody) -> Response:
    """Stake USDC by a signed request, or report a deposit that was made on chain."""
    return await writer.stake(agent_id, body)


@router.post("/{agent_id}/unstake", response_model=StakeAnswer, responses=WRITES)
async def unstake(writer: WriterDep, agent_id: AgentId, body: UnstakeBody) -> Response:
    """Withdraw available stake."""
    return await writer.unstake(agent_id, body)
