"""GET /health, /ready and /metrics."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agentescrow.api import errors
from agentescrow.api.dependencies import Service
from agentescrow.api.errors import problem
from agentescrow.api.index import ServiceDep
from agentescrow.api.metrics import BLOCK, INDEX_SILENT, INDEX_UP, LAG, REGISTRY
from agentescrow.api.responses import json_response
from agentescrow.api.service.relayer_status import measure_relayer, relayer_status
from agentescrow.api.strict_query import StrictRoute
from agentescrow.store.database import DatabaseBusy
from agentescrow.store.position import Position, indexed_block, read_position
from agentescrow.wire.health import NotReady, Readiness

router = APIRouter(tags=["health"], route_class=StrictRoute)
metrics = APIRouter(tags=["health"], route_class=StrictRoute)

_LAG_MAX: Final = 30
_SILENCE_MAX: Final = 60
_EMPTY: Final = "Nothing is indexed yet."


@router.get("/health")
def get_health() -> dict[str, str]:
    """Check that the process is alive."""
    return {"status": "ok"}


@router.get("/ready", response_model=Readiness, responses={503: {"model": NotReady}})
def get_ready(service: ServiceDep) -> Response:
    """Check that the index follows its chain; 503 if it does not."""
    found = readiness(service)
    body = found.model_dump(mode="json")
    if found.problem is None:
        return json_response(body)
    return problem(503, "NOT_READY", found.problem, **body)


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
    """Make an app that serves the metrics only, for METRICS_ADDRESS."""
    app = FastAPI(openapi_url=None)
    app.state.service = service
    errors.install(app)
    app.include_router(metrics)
    return app


def readiness(service: Service) -> Readiness:
    """Check the index that is read."""
    with service.reads.connect() as connection:
        position, block = read_position(connection), indexed_block(connection)
    lag: int = 0
    problem: str | None = _EMPTY
    if position is not None:
        primary = _primary(service) or position
        lag = max(primary.head - position.block_number, position.lag)
        problem = _EMPTY if block is None else _problem(position, primary)
    return Readiness(
        ready=problem is None,
        problem=problem,
        indexed_block=None if block is None else block.number,
        indexed_at=None if block is None else block.time,
        lag=lag,
        relayer=relayer_status(service),
    )


def _silence(service: Service) -> float:
    """Seconds since the indexer last reached its node; 0 before it first did."""
    with service.reads.connect() as connection:
        position = read_position(connection)
    return 0 if position is None else time.time() - position.seen_at


def _primary(service: Service) -> Position | None:
    """Read the position of the primary, if a replica is read and the primary answers."""
    if service.replica is None:
        return None
    try:
        with service.database.connect() as connection:
            return read_position(connection)
    except DatabaseBusy:
        return None


def _problem(position: Position, primary: Position) -> str | None:
    """Explain why the index does not follow its chain; None if it does."""
    blocks = primary.block_number - position.block_number
    seconds = primary.seen_at - position.seen_at  # both by the indexer's clock
    if position.problem is not None:
        return position.problem
    if blocks > _LAG_MAX or seconds > _SILENCE_MAX:
        return f"The replica is {blocks} blocks and {seconds} seconds behind the primary."
    if position.lag > _LAG_MAX:
        return f"The index is {position.lag} blocks behind."
    if time.time() - position.seen_at > _SILENCE_MAX:
        return "The indexer has not reached its node for a minute."
    return None
