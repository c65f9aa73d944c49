"""Whether the service is alive, whether its answers can be trusted, and its metrics."""

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
from agentescrow.api.responses import json_answer
from agentescrow.api.service.metrics import BLOCK, INDEX_SILENT, INDEX_UP, LAG, REGISTRY
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
    with service.reads.connect() as connection:
        position = read_position(connection)
    return 0 if position is None else time.time() - position.seen_at


def readiness(service: Service) -> Readiness:
    """How the index is, where it is read."""
    with service.reads.connect() as connection:
        position, block = read_position(connection), indexed_block(connection)
    lag: int = 0
    words: str | None = _EMPTY
    if position is not None:
        primary = _primary(service) or position
        lag = max(primary.head - position.block_number, position.lag)
        words = _EMPTY if block is None else _problem(position, primary)
    return Readiness(
        ready=words is None,
        problem=words,
        indexed_block=None if block is None else block.number,
        indexed_at=None if block is None else block.time,
        lag=lag,
        relayer=relayer_status(service),
    )


def _primary(service: Service) -> Position | None:
    """What a replica should have by now; None where the primary is read, or does not answer."""
    if service.replica is None:
        return None
    try:
        with service.database.connect() as connection:
            return read_position(connection)
    except DatabaseBusy:
        return None


def _problem(position: Position, primary: Position) -> str | None:
    """Why answers are not to be trusted, or None."""
    blocks = primary.block_number - position.block_number
    seconds = primary.seen_at - position.seen_at  # both by the indexer's clock
    if position.problem is not None:
        return position.problem
    if blocks > _LAG_MAX or seconds > _SILENCE_MAX:
        return f"The replica is {blocks} blocks and {seconds} seconds behind the primary."
    if position.lag > _LAG_MAX:
        return f"The index is {position.lag} blocks behind."
    if time.time() - position.seen_at > _SILENCE_MAX:
        return "The indexer has not spoken to its node for a minute."
    return None
