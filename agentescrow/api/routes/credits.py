"""What USDC refused to pay an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from agentescrow.api.cards import Json
from agentescrow.api.index import IndexDep, Snapshot
from agentescrow.api.recent import INDEXED, IndexAnswer
from agentescrow.api.strict_query import StrictRoute
from agentescrow.store.credits import credits_of
from agentescrow.wire.credits import Credits
from agentescrow.wire.shape import Address

router = APIRouter(prefix="/api/credits", tags=["market"], route_class=StrictRoute)


@router.get("/{account}", response_model=Credits, responses=INDEXED)
async def get_credits(
    index: IndexDep, account: Annotated[Address, Path(description="Address of the account.")]
) -> Response:
    """Get what USDC refused to pay an account, which withdraws it to an address of its choice."""

    def read(snapshot: Snapshot) -> Json:
        owed = credits_of(snapshot.connection, account)
        return {
            "account": account,
            "runEscrow": str(owed.get("RunEscrow", 0)),
            "stakeRegistry": str(owed.get("StakeRegistry", 0)),
        }

    return IndexAnswer(await index.read(read))
