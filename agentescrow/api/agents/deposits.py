"""Deposits that are reported: looked up in the chain's own record, nothing is believed (API-7)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import orjson
from anyio import to_thread
from eth_utils.address import to_checksum_address
from fastapi import Response
from starlette.concurrency import run_in_threadpool

from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError, not_found
from agentescrow.api.index import Index, Snapshot
from agentescrow.api.request_bodies import StakeBody
from agentescrow.api.responses import json_answer
from agentescrow.api.serializers import stake_card
from agentescrow.chain.pool import Receipt
from agentescrow.domain.money import format_usdc
from agentescrow.store.agents import find_agent
from agentescrow.store.agents.queries import deposits_in
from agentescrow.store.schema import AnyRow

_PAUSE: Final = 0.05


def known_agent(snapshot: Snapshot, agent_id: int) -> AnyRow:
    """The row of an agent.

    Raises:
        ApiError: 404.
    """
    row = find_agent(snapshot.connection, agent_id)
    if row is None:
        raise not_found("agent", agent_id)
    return row


async def recorded(
    service: Service, index: Index, agent_id: int, body: StakeBody, tx_hash: str
) -> Response:
    """Wait until a deposit is indexed that the chain has; refuse what it has not.

    A report signs nothing and moves nothing: an Idempotency-Key remembers nothing of it.

    Args:
        service: The service.
        index: For this request.
        agent_id: Agent.
        body: The report.
        tx_hash: Its transaction, in lower case.

    Raises:
        ApiError: 404, 400 or 403: there is no such agent, no such deposit, another payer; 409: it
            is not mined, or not indexed yet.
        ChainProblem: The node does not answer.
    """
    end = time.monotonic() + service.patience
    receipt: Receipt | None = None
    while True:
        found = await run_in_threadpool(_look, index, agent_id, body, tx_hash)
        if isinstance(found, Response):
            return found
        receipt = receipt or await to_thread.run_sync(
            _receipt, service, tx_hash, limiter=service.writers
        )
        if receipt is None:
            raise _pending("The node has no such transaction in a block yet")
        if not receipt.succeeded or found >= receipt.block_number:
            raise _not_staked(agent_id, body)
        if time.monotonic() >= end:
            raise _pending(f"It is mined in block {receipt.block_number}, and not indexed yet")
        await asyncio.sleep(_PAUSE)


def _look(index: Index, agent_id: int, body: StakeBody, tx_hash: str) -> Response | int:
    """The answer where the deposit is indexed, else the indexed block."""
    with index.snapshot() as snapshot:
        agent = known_agent(snapshot, agent_id)
        deposits = deposits_in(snapshot.connection, agent_id, tx_hash)
    if not deposits:
        return snapshot.block.number
    _require_same(deposits, body)
    card = stake_card(agent, snapshot.now)
    return json_answer({"success": True, "agent": card, "message": "Stake recorded."})


def _receipt(service: Service, tx_hash: str) -> Receipt | None:
    return service.pool.receipts([tx_hash]).get(tx_hash)


def _require_same(deposits: Sequence[AnyRow], body: StakeBody) -> None:
    found = [orjson.loads(row.data) for row in deposits]
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


def _pending(why: str) -> ApiError:
    words = f"{why}: report it again a little later, and stake nothing meanwhile."
    return ApiError(409, "DEPOSIT_PENDING", words)


def _not_staked(agent_id: int, body: StakeBody) -> ApiError:
    return ApiError(
        400,
        "NOT_STAKED",
        f"The transaction holds no deposit for agent {agent_id}: a transfer of USDC is none. "
        f"Call stake({agent_id}, {body.amount}) of StakeRegistry, or send this without txHash, "
        "to sign it instead.",
    )
