"""Whether the service is alive, whether its answers can be trusted, and its metrics."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agentescrow.api import errors
from agentescrow.api.answer import json_answer
from agentescrow.api.errors import problem
from agentescrow.api.index import ServiceDep
from agentescrow.api.metrics import BLOCK, INDEX_SILENT, INDEX_UP, LAG, REGISTRY
from agentescrow.api.relayer_status import measure_relayer, relayer_status
from agentescrow.api.service import Service
from agentescrow.api.strict_query import StrictRoute
from agentescrow.store.position import indexed_block, read_position
from agentescrow.wire.stats import NotReady, Readiness

router = APIRouter(tags=["health"], route_class=StrictRoute)
metrics = APIRouter(tags=["health"], route_class=StrictRoute)

_LAG_MAX: Final = 30
_SILENCE_MAX: Final = 60


@router.get("/health")
def get_health() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "ok"}


@router.get("/ready", response_model=Readiness, responses={503: {"model": NotReady}})
def get_ready(service: ServiceDep) -> Response:
    """Say whether the index follows its chain; 503 if not."""
    found = readiness(service)
    card = found.model_dump(mode="json")
    if found.problem is None:
        return json_answer(card)
    return problem(503, "NOT_READY", found.problem, **card)


@metrics.get("/metrics", response_class=PlainTextResponse)
def get_metrics(service: ServiceDep) -> Response:
    """Get metrics for Prometheus."""
    found = readiness(service)
    BLOCK.set(found.indexed_block or 0)
    LAG.set(found.lag)
    INDEX_UP.set(found.ready)
    INDEX_SILENT.set(_silence(service))
    measure_relayer(service, time.time())
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def metrics_app(service: Service) -> FastAPI:
    """The metrics alone, for an address of their own.

    Args:
        service: What they are of.
    """
    app = FastAPI(openapi_url=None)
    app.state.service = service
    errors.install(app)
    app.include_router(metrics)
    return app


def _silence(service: Service) -> float:
    """Seconds since the indexer heard of its node; 0 before it ever did."""
    with service.database.connect() as connection:
        position = read_position(connection)
    return 0 if position is None else time.time() - position.seen_at


def readiness(service: Service) -> Readiness:
    """How the index is."""
    with service.database.connect() as connection:
        position, block = read_position(connection), indexed_block(connection)
    if position is None or block is None:
        words: str | None = "Nothing is indexed yet."
    elif position.problem is not None:
        words = position.problem
    elif position.lag > _LAG_MAX:
        words = f"The index is {position.lag} blocks behind."
    elif time.time() - position.seen_at > _SILENCE_MAX:
        words = "The indexer has not spoken to its node for a minute."
    else:
        words = None
    return Readiness(
        ready=words is None,
        problem=words,
        indexed_block=None if block is None else block.number,
        indexed_at=None if block is None else block.time,
        lag=0 if position is None else position.lag,
        relayer=relayer_status(service),
    )
