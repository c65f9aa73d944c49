"""The app: wiring only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from agentescrow.api import docs_page, errors
from agentescrow.api.agents import routes as agents
from agentescrow.api.body_limits import BodyGate
from agentescrow.api.credits import routes as credits
from agentescrow.api.dependencies import Service
from agentescrow.api.feed import Feed, Seats
from agentescrow.api.head_requests import Head
from agentescrow.api.index import READERS, Totals
from agentescrow.api.indexed_block import Latest
from agentescrow.api.middleware import Traffic
from agentescrow.api.openapi import EVERYWHERE, HEADERS, document
from agentescrow.api.rate_limits import RateLimit, Windows
from agentescrow.api.response_cache import Recent, Repeat
from agentescrow.api.runs import action_routes as run_actions
from agentescrow.api.runs import routes as runs
from agentescrow.api.service import health
from agentescrow.api.service import routes as market
from agentescrow.store.async_statements import awaited


def create_app(
    service: Service,
    *,
    version: str = "0.1.0",
    rate_limit: RateLimit | None = None,
    seats: Seats | None = None,
    origins: tuple[str, ...] = ("*",),
    metrics: bool = True,
) -> FastAPI:
    """Make the app.

    Args:
        service: What the routes work with.
        version: Of the package.
        rate_limit: Of each client; 1,200 requests a minute where None.
        seats: How many may listen to events; as many as `Seats` says where None.
        origins: Web pages that may call it.
        metrics: Whether `/metrics` is answered here, to everybody.
    """
    windows = _windows(rate_limit or RateLimit(1_200))
    latest = Latest(service.reads)

    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        async with (
            awaited(service.reads) as app.state.awaited,
            latest.connected(service.reads, app.state.awaited),
        ):
            yield
        await windows.close()

    app = FastAPI(
        title="agentescrow",
        version=version,
        description="Runs and agents of agentescrow: the chain is the only truth.",
        responses=EVERYWHERE,
        generate_unique_id_function=_operation_id,
        lifespan=connected,
        docs_url=None,  # FastAPI's pages run scripts of other machines
        redoc_url=None,
        redirect_slashes=False,  # to where the request's Host says, which is anybody's word
    )
    app.state.service = service
    app.state.awaited = None  # until it is served
    app.state.totals = Totals()
    app.state.recent = Recent(latest)
    app.state.feed = Feed(service, seats or Seats())
    app.state.readers = CapacityLimiter(READERS)
    errors.install(app)
    for module in (runs, run_actions, agents, credits, market, health, docs_page):
        app.include_router(module.router)
    if metrics:
        app.include_router(health.metrics)
    app.add_middleware(BodyGate)
    app.add_middleware(Repeat, recent=app.state.recent)
    app.add_middleware(Traffic, windows=windows, latest=latest)
    app.add_middleware(
        Cors,
        allow_origins=list(origins),
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        expose_headers=list(HEADERS),
    )
    app.add_middleware(Head)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


class Cors(CORSMiddleware):
    """Starlette's, whose refusals are problems too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        return errors.problem(400, "CORS_REFUSED", f"{bytes(answer.body).decode()}.")


def _windows(limit: RateLimit) -> Windows:
    if not limit.requests or limit.store is None:
        return Windows(limit)
    # Here, because it takes half a second that nobody else needs.
    from agentescrow.api.shared_rate_limits import SharedWindows

    return SharedWindows(limit, limit.store)


def _operation_id(route: APIRoute) -> str:
    return route.name
