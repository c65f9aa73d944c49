"""Whether the service is alive, whether its answers can be trusted, and its metrics."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agentescrow.api.dependencies import ServiceDep
from agentescrow.api.service import Service
from agentescrow.api.traffic import BLOCK, LAG, REGISTRY
from agentescrow.store.position import indexed_block, read_position
from agentescrow.wire.stats import Readiness

router = APIRouter(tags=["health"])

_LAG_MAX: Final = 30
_SILENCE_MAX: Final = 60


@router.get("/health")
def get_health() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "ok"}


@router.get("/ready", responses={503: {"model": Readiness}})
def get_ready(service: ServiceDep) -> Response:
    """Say whether the index follows its chain; 503 if not."""
    found = readiness(service)
    return Response(
        found.model_dump_json(), 200 if found.ready else 503, media_type="application/json"
    )


@router.get("/metrics", response_class=Response)
def get_metrics(service: ServiceDep) -> Response:
    """Get metrics for Prometheus."""
    found = readiness(service)
    BLOCK.set(found.indexed_block or 0)
    LAG.set(found.lag)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def readiness(service: Service) -> Readiness:
    """How the index is."""
    with service.database.connect() as connection:
        position, block = read_position(connection), indexed_block(connection)
    if position is None or block is None:
        problem: str | None = "Nothing is indexed yet."
    elif position.problem is not None:
        problem = position.problem
    elif position.lag > _LAG_MAX:
        problem = f"The index is {position.lag} blocks behind."
    elif time.time() - position.seen_at > _SILENCE_MAX:
        problem = "The indexer has not spoken to its node for a minute."
    else:
        problem = None
    return Readiness(
        ready=problem is None,
        problem=problem,
        indexed_block=None if block is None else block.number,
        indexed_at=None if block is None else block.time,
        lag=0 if position is None else position.lag,
    )
