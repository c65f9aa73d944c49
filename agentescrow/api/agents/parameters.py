"""Path and query parameters of agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Path
from pydantic import Field

from agentescrow.api.parameters import PageQuery
from agentescrow.domain.agent import AgentStatus
from agentescrow.wire.shape import INTEGER_MAX, Address

if TYPE_CHECKING:
    StatusName = str
else:
    StatusName = Literal[tuple(AgentStatus.__members__)]

AgentId = Annotated[int, Path(ge=0, le=INTEGER_MAX, description="Number of the agent.")]


class AgentQuery(PageQuery):
    """Query of a list of agents."""

    owner: Annotated[Address | None, Field(description="Owner of the agent's NFT.")] = None
    status: Annotated[StatusName | None, Field(description="Status of the agent.")] = None
