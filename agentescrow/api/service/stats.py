"""GET /api/stats."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from agentescrow.api.index import IndexDep, Snapshot
from agentescrow.api.response_cache import NOT_MODIFIED, IndexResponse
from agentescrow.api.serializers import Json, serializer
from agentescrow.api.strict_query import StrictRoute
from agentescrow.domain.contracts import RUN_ESCROW, STAKE_REGISTRY
from agentescrow.store.agents.queries import count_agents
from agentescrow.store.runs.totals import runs_by_state
from agentescrow.store.vaults.queries import find_vault
from agentescrow.wire.stats import Stats

router = APIRouter(prefix="/api", tags=["service"], route_class=StrictRoute)

_stats: Final = serializer(Stats, *Stats.model_fields)


@router.get("/stats", response_model=Stats, responses=NOT_MODIFIED)
async def get_stats(index: IndexDep) -> Response:
    """Get totals of runs, agents and money."""

    def read(snapshot: Snapshot) -> Json:
        by_state = runs_by_state(snapshot.connection)
        escrow = find_vault(snapshot.connection, RUN_ESCROW.name)
        registry = find_vault(snapshot.connection, STAKE_REGISTRY.name)
        return _stats(
            runs=sum(by_state.values()),
            runs_by_state={state.name: number for state, number in by_state.items()},
            agents=count_agents(snapshot.connection),
            escrowed=escrow.held if escrow else 0,
            staked=registry.held if registry else 0,
            volume=escrow.volume if escrow else 0,
            fees_earned=escrow.fees_earned if escrow else 0,
            paused=escrow and escrow.paused,
        )

    return IndexResponse(await index.read(read, inline=False))
