"""Reported deposits: looked up on chain, because a report proves nothing (API-7)."""

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

from agentescrow.api.agents.bodies import StakeBody
from agentescrow.api.agents.serializers import serialize_answer, serialize_stake
from agentescrow.api.dependencies import Service
from agentescrow.api.errors import ApiError, not_found
from agentescrow.api.index import Index, Snapshot
from agentescrow.api.responses import json_response
from agentescrow.chain.pool import Receipt
from agentescrow.domain.money import format_usdc
from agentescrow.store.agents.queries import deposits_in, find_agent
from agentescrow.store.schema import AnyRow

_POLL_SECONDS: Final = 0.05


def require_agent(snapshot: Snapshot, agent_id: int) -> AnyRow:
    """Read the row of an agent.

    Raises:
        ApiError: 404.
    """
    row = find_agent(snapshot.connection, agent_id)
    if row is None:
        raise not_found("agent", agent_id)
    return row


async def record_deposit(
    service: Service, index: Index, agent_id: int, body: StakeBody, tx_hash: str
) -> Response:
    """Wait until a deposit on chain is indexed, or refuse a report that is not true.

    A report signs and changes nothing, so it leaves the Idempotency-Key unused.

    Args:
        service: The service.
        index: Index for this request.
        agent_id: The agent.
        body: The report.
        tx_hash: Transaction of the deposit, in lower case.

    Raises:
        ApiError: 404, 400 or 403: there is no such agent or deposit, or another account paid it;
            409: it is not mined or not indexed yet.
        ChainProblem: The node does not answer.
    """
    end = time.monotonic() + service.write_timeout
    receipt: Receipt | None = None
    while True:
        found = await run_in_threadpool(_poll, index, agent_id, body, tx_hash)
        if isinstance(found, Response):
            return found
        receipt = receipt or await to_thread.run_sync(
            _receipt, service, tx_hash, limiter=service.writers
        )
        if receipt is None:
            raise _pending("The transaction is not mined yet")
        if not receipt.succeeded or found >= receipt.block_number:
            raise _not_staked(agent_id, body)
        if time.monotonic() >= end:
            raise _pending(f"The deposit is mined in block {receipt.block_number}, not indexed yet")
        await asyncio.sleep(_POLL_SECONDS)


def _poll(index: Index, agent_id: int, body: StakeBody, tx_hash: str) -> Response | int:
    """Return the answer if the deposit is indexed, otherwise the number of the indexed block."""
    with index.snapshot() as snapshot:
        agent = require_agent(snapshot, agent_id)
        deposits = deposits_in(snapshot.connection, agent_id, tx_hash)
    if not deposits:
        return snapshot.block.number
    _require_same(deposits, body)
    stake = serialize_stake(agent, snapshot.now)
    return json_response(serialize_answer(stake, "Stake recorded."))


def _receipt(service: Service, tx_hash: str) -> Receipt | None:
    return service.pool.receipts([tx_hash]).get(tx_hash)


def _require_same(deposits: Sequence[AnyRow], body: StakeBody) -> None:
    found = [orjson.loads(row.data) for row in deposits]
    matching = [each for each in found if int(each["amount"]) == body.amount]
    if not matching:
        amounts = ", ".join(format_usdc(int(each["amount"])) for each in found)
        detail = f"The transaction staked {amounts} USDC, not {format_usdc(body.amount)}."
        raise ApiError(400, "NOT_STAKED", detail)
    payer = to_checksum_address(body.wallet_address)
    if all(to_checksum_address(_payer(each)) != payer for each in matching):
        raise ApiError(403, "NOT_THE_PAYER", f"{payer} did not pay this deposit.")


def _payer(event: dict[str, str]) -> str:
    return event.get("from_") or event["from"]


def _pending(why: str) -> ApiError:
    detail = f"{why}. Report it again later; do not stake again meanwhile."
    return ApiError(409, "DEPOSIT_PENDING", detail)


def _not_staked(agent_id: int, body: StakeBody) -> ApiError:
    return ApiError(
        400,
        "NOT_STAKED",
        f"The transaction has no deposit for agent {agent_id}; a transfer of USDC is not one. "
        f"Call stake({agent_id}, {body.amount}) of StakeRegistry, or send this body without "
        "txHash to sign a deposit.",
    )
