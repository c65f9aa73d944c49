"""Events of the contracts."""

from __future__ import annotations

import operator
from typing import Annotated, Any

from pydantic import Field

from agentescrow.wire.shape import Column, Shape, Time


class Event(Shape):
    """An event of a contract.

    Attributes:
        id: Position in the chain, `block:logIndex`; streams resume after it.
        name: Name of the event, such as "RunClaimed".
        contract: Name of the contract that emitted it.
        run_id: Run that it is about, or null.
        agent_id: Agent that it is about, or null.
        transaction_hash: Hash of its transaction.
        block_number: Number of its block.
        time: Time of its block.
        data: The event's values under the contract's names; integers are decimal strings.
        removed: True if a reorganisation has removed the event; only in streams, otherwise absent.
    """

    id: str
    name: str
    contract: str
    run_id: int | None
    agent_id: int | None
    transaction_hash: Annotated[str, Column("tx_hash")]
    block_number: int
    time: Time
    data: dict[str, Any]
    removed: bool = Field(False, exclude_if=operator.not_)
