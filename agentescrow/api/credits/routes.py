"""/api/credits: payments that USDC refused."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from agentescrow.api.credits.serializers import serialize_credits
from agentescrow.api.credits.writes import CreditWriter
from agentescrow.api.index import IndexDep, Snapshot
from agentescrow.api.response_cache import NOT_MODIFIED, IndexResponse
from agentescrow.api.serializers import Json
from agentescrow.api.strict_query import StrictRoute
from agentescrow.api.writes import WRITES
from agentescrow.store.vaults.queries import credits_of
from agentescrow.wire.credits import Credits, WithdrawAnswer, WithdrawBody
from agentescrow.wire.shape import Address

router = APIRouter(prefix="/api/credits", tags=["credits"], route_class=StrictRoute)


@router.get("/{account}", response_model=Credits, responses=NOT_MODIFIED)
async def get_credits(
    index: IndexDep, account: Annotated[Address, Path(description="Account that is owed.")]
) -> Response:
    """Get the payments to an account that USDC refused and that are not withdrawn yet."""

    def read(snapshot: Snapshot) -> Json:
        return serialize_credits(account, credits_of(snapshot.connection, account))

    return IndexResponse(await index.read(read))


@router.post("", response_model=WithdrawAnswer, responses=WRITES)
async def withdraw_credit(
    writer: Annotated[CreditWriter, Depends()], body: WithdrawBody
) -> Response:
    """Withdraw everything that a contract owes the account that signs."""
    return await writer.withdraw(body)
