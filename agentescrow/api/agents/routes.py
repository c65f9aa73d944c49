"""/api/agents: who works, with what stake and what reputation."""

from __future__ import annotations

from typing import Annotated

from eth_utils.address import to_checksum_address
from fastapi import APIRouter, Depends, Response

from agentescrow.api.agents.deposits import known_agent
from agentescrow.api.agents.writes import StakeWriter
from agentescrow.api.index import IndexDep, Snapshot
from agentescrow.api.parameters import (
    AgentId,
    Cursor,
    Limit,
    Owner,
    PageNumber,
    StatusName,
    read_cursor,
    require_shallow,
    write_cursor,
)
from agentescrow.api.request_bodies import AllowMarketBody, StakeBody, UnstakeBody
from agentescrow.api.response_cache import INDEXED, IndexAnswer
from agentescrow.api.serializers import (
    Json,
    agent_card,
    listed_agent_card,
    markets_card,
    pagination_card,
    stake_card,
)
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
from agentescrow.wire.shape import INTEGER_MAX

router = APIRouter(prefix="/api/agents", tags=["agents"], route_class=StrictRoute)


WriterDep = Annotated[StakeWriter, Depends()]


@router.get("", response_model=AgentPage, responses=INDEXED)
async def list_agents(
    index: IndexDep,
    page: PageNumber = 1,
    limit: Limit = 20,
    owner: Owner = None,
    status: StatusName = None,
    cursor: Cursor = None,
) -> Response:
    """List agents by number, a page at a time."""
    after = None if cursor is None else read_cursor(cursor, "id", 1)[0]
    offset = 0 if cursor is not None else min((page - 1) * limit, INTEGER_MAX)

    def read(snapshot: Snapshot) -> Json:
        wanted = AgentFilter(
            owner=None if owner is None else to_checksum_address(owner),
            status=None if status is None else AgentStatus[status],
            now=snapshot.now,
        )
        total = count_agents(snapshot.connection, wanted)
        require_shallow(offset, total)
        rows = page_of_agents(
            snapshot.connection, wanted, limit=limit + 1, offset=offset, after=after
        )
        shown = rows[:limit]
        following = write_cursor("id", shown[-1].agent_id) if len(rows) > limit else None
        return {
            "agents": [listed_agent_card(row, snapshot.now) for row in shown],
            "pagination": pagination_card(page, limit, total, following),
        }

    return IndexAnswer(await index.read(read, quick=False))


@router.get("/{agent_id}", response_model=Agent, responses=INDEXED)
async def get_agent(index: IndexDep, agent_id: AgentId) -> Response:
    """Get an agent."""

    def read(snapshot: Snapshot) -> Json:
        return agent_card(known_agent(snapshot, agent_id), snapshot.now)

    return IndexAnswer(await index.read(read))


@router.get("/{agent_id}/stake", response_model=StakeInfo, responses=INDEXED)
async def get_stake(index: IndexDep, agent_id: AgentId) -> Response:
    """Get an agent's stake."""

    def read(snapshot: Snapshot) -> Json:
        return stake_card(known_agent(snapshot, agent_id), snapshot.now)

    return IndexAnswer(await index.read(read))


@router.get("/{agent_id}/markets", response_model=AgentMarkets, responses=INDEXED)
async def get_markets(index: IndexDep, agent_id: AgentId) -> Response:
    """Get what each market may lock of an agent's stake."""

    def read(snapshot: Snapshot) -> Json:
        row = known_agent(snapshot, agent_id)
        return markets_card(agent_id, allowances_of(snapshot.connection, row))

    return IndexAnswer(await index.read(read))


@router.post("/{agent_id}/markets", response_model=MarketsAnswer, responses=WRITES)
async def allow_market(writer: WriterDep, agent_id: AgentId, body: AllowMarketBody) -> Response:
    """Let a market lock up to a cap of an agent's stake, as the owner of its NFT."""
    return await writer.allow_market(agent_id, body)


@router.post("/{agent_id}/stake", response_model=StakeAnswer, responses=WRITES)
async def stake(writer: WriterDep, agent_id: AgentId, body: StakeBody) -> Response:
    """Stake USDC by a signed request, or report a deposit: only a `Staked` event counts."""
    return await writer.stake(agent_id, body)


@router.post("/{agent_id}/unstake", response_model=StakeAnswer, responses=WRITES)
async def unstake(writer: WriterDep, agent_id: AgentId, body: UnstakeBody) -> Response:
    """Take available stake out."""
    return await writer.unstake(agent_id, body)
