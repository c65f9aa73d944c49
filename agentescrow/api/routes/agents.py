"""/api/agents: who works, with what stake and what reputation."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from eth_utils.address import to_checksum_address
from fastapi import APIRouter
from fastapi.responses import Response

from agentescrow.api.cards import agent_card, stake_card
from agentescrow.api.dependencies import (
    AgentId,
    Cursor,
    Limit,
    PageNumber,
    ServiceDep,
    SnapshotDep,
    read_cursor,
    write_cursor,
)
from agentescrow.api.errors import ApiError, not_found
from agentescrow.api.service import Service
from agentescrow.domain.money import format_usdc
from agentescrow.store.agents import count_agents, deposits_in, find_agent, page_of_agents
from agentescrow.store.position import indexed_block
from agentescrow.store.runs import AnyRow
from agentescrow.wire.agents import Agent, AgentPage, StakeAnswer, StakeBody, StakeInfo
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.problem import Problem
from agentescrow.wire.shape import INTEGER_MAX

router = APIRouter(prefix="/api/agents", tags=["agents"])


@router.get("", response_model=AgentPage)
def list_agents(
    snapshot: SnapshotDep, page: PageNumber = 1, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """List agents by number, a page at a time."""
    total = count_agents(snapshot.connection)
    after = None if cursor is None else read_cursor(cursor, "id", 1)[0]
    offset = 0 if cursor is not None else min((page - 1) * limit, INTEGER_MAX)
    rows = page_of_agents(snapshot.connection, limit=limit, offset=offset, after=after)
    following = write_cursor("id", rows[-1].agent_id) if len(rows) == limit else None
    found = AgentPage.model_construct(
        agents=[agent_card(row, snapshot.now) for row in rows],
        pagination=Pagination.of(page, limit, total, following),
    )
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/{agent_id}")
def get_agent(snapshot: SnapshotDep, agent_id: AgentId) -> Agent:
    """Get an agent."""
    row = find_agent(snapshot.connection, agent_id)
    if row is None:
        raise not_found("agent", agent_id)
    return agent_card(row, snapshot.now)


@router.get("/{agent_id}/stake")
def get_stake(snapshot: SnapshotDep, agent_id: AgentId) -> StakeInfo:
    """Get an agent's stake."""
    row = find_agent(snapshot.connection, agent_id)
    if row is None:
        raise not_found("agent", agent_id)
    return stake_card(row, snapshot.now)


@router.post("/{agent_id}/stake", responses={403: {"model": Problem}})
def report_stake(service: ServiceDep, agent_id: AgentId, body: StakeBody) -> StakeAnswer:
    """Report a deposit; only a `Staked` event of our registry counts, nothing is believed."""
    end = time.monotonic() + service.patience
    tx_hash = body.tx_hash.lower()
    mined_in = None
    while True:
        with service.database.connect() as connection:
            block = indexed_block(connection)
            agent = find_agent(connection, agent_id)
            deposits = deposits_in(connection, agent_id, tx_hash)
        if agent is None or block is None:
            raise not_found("agent", agent_id)
        if deposits:
            _require_same(deposits, body)
            return StakeAnswer(agent=stake_card(agent, block.time))
        mined_in = mined_in or _block_of(service, tx_hash)
        if mined_in is None or block.number >= mined_in or time.monotonic() >= end:
            raise _not_staked(agent_id, body)
        time.sleep(0.05)


def _block_of(service: Service, tx_hash: str) -> int | None:
    receipt = service.pool.receipts([tx_hash]).get(tx_hash)
    return receipt.block_number if receipt is not None and receipt.succeeded else None


def _require_same(deposits: Sequence[AnyRow], body: StakeBody) -> None:
    found = [json.loads(row.data) for row in deposits]
    matching = [each for each in found if int(each["amount"]) == body.amount]
    if not matching:
        amounts = ", ".join(format_usdc(int(each["amount"])) for each in found)
        raise ApiError(
            400, "NOT_STAKED", f"The transaction staked {amounts} USDC, not what is reported."
        )
    payer = to_checksum_address(body.wallet_address)
    if all(to_checksum_address(_payer(each)) != payer for each in matching):
        raise ApiError(403, "NOT_THE_PAYER", f"{payer} did not pay this deposit.")


def _payer(event: dict[str, str]) -> str:
    return event.get("from_") or event["from"]


def _not_staked(agent_id: int, body: StakeBody) -> ApiError:
    sentence = (
        f"The transaction holds no deposit for agent {agent_id}: a transfer of USDC is none. "
        f"Call stake({agent_id}, {body.amount}) of StakeRegistry, or sign a permit for it."
    )
    return ApiError(400, "NOT_STAKED", sentence, reasons=[sentence], reason_codes=["NOT_STAKED"])
