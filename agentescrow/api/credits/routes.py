"""What USDC refused to pay an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from agentescrow.api.credits.writes import CreditWriter
from agentescrow.api.index import IndexDep, Snapshot
from agentescrow.api.response_cache import INDEXED, IndexAnswer
from agentescrow.api.serializers import Json, credits_card
from agentescrow.api.strict_query import StrictRoute
from agentescrow.api.writes import WRITES
from agentescrow.store.vaults.queries import credits_of
from agentescrow.wire.credits import Credits, WithdrawAnswer, WithdrawBody
from agentescrow.wire.shape import Address

router = APIRouter(prefix="/api/credits", tags=["market"], route_class=StrictRoute)


@router.get("/{account}", response_model=Credits, responses=INDEXED)
async def get_credits(
    index: IndexDep, account: Annotated[Address, Path(description="Address of the account.")]
) -> Response:
    """Get what USDC refused to pay an account, which withdraws it to an address of its choice."""

    def read(snapshot: Snapshot) -> Json:
        return credits_card(account, credits_of(snapshot.connection, account))

    return IndexAnswer(await index.read(read))


@router.post("", response_model=WithdrawAnswer, responses=WRITES)
async def withdraw_credit(
    writer: Annotated[CreditWriter, Depends()], body: WithdrawBody
) -> Response:
    """Withdraw all that a contract owes to who signs."""
    return await writer.withdraw(body)
