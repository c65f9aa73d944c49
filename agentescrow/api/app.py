"""The app: middleware, routes and shared state."""

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
from agentescrow.api.body_limits import BodyLimits
from agentescrow.api.credits import routes as credits
from agentescrow.api.dependencies import Service
from agentescrow.api.feed import Feed, ListenerLimits
from agentescrow.api.head_requests import HeadMiddleware
from agentescrow.api.index import READERS, TotalsCache
from agentescrow.api.indexed_block import IndexedBlockReader
from agentescrow.api.middleware import RequestMiddleware
from agentescrow.api.openapi import EVERYWHERE, HEADERS, document
from agentescrow.api.rate_limits import RateLimit, RateLimiter
from agentescrow.api.response_cache import ResponseCache, ResponseCacheMiddleware
from agentescrow.api.runs import action_routes as run_actions
from agentescrow.api.runs import routes as runs
from agentescrow.api.service import config, events, health, requests, stats
from agentescrow.store.async_statements import awaited

_ROUTES = (
    runs,
    run_actions,
    agents,
    credits,
    stats,
    config,
    requests,
    events,
    health,
    docs_page,
)


def create_app(
    service: Service,
    *,
    version: str = "0.1.0",
    rate_limit: RateLimit | None = None,
    listener_limits: ListenerLimits | None = None,
    origins: tuple[str, ...] = ("*",),
    metrics: bool = True,
) -> FastAPI:
    """Make the app.

    Args:
        service: Databases, contracts, node and relayer.
        version: Version of the package, for /api/config.
        rate_limit: Limit of each client; by default 1,200 requests a minute.
        listener_limits: Limits of concurrent listeners to events.
        origins: Origins of web pages that may call the API.
        metrics: Whether to serve `/metrics` here, to everyone.
    """
    limiter = _limiter(rate_limit or RateLimit(1_200))
    block = IndexedBlockReader(service.reads)

    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        async with (
            awaited(service.reads) as app.state.awaited,
            block.connected(service.reads, app.state.awaited),
        ):
            yield
        await limiter.close()

    app = FastAPI(
        title="agentescrow",
        version=version,
        description="REST API of agentescrow: runs, agents and events, as they are on chain.",
        responses=EVERYWHERE,
        generate_unique_id_function=_operation_id,
        lifespan=connected,
        docs_url=None,  # FastAPI's pages load scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,  # redirects would trust the request's Host
    )
    app.state.service = service
    app.state.awaited = None  # set by the lifespan
    app.state.totals = TotalsCache()
    app.state.response_cache = ResponseCache(block)
    app.state.feed = Feed(service, listener_limits or ListenerLimits())
    app.state.readers = CapacityLimiter(READERS)
    errors.install(app)
    for module in _ROUTES:
        app.include_router(module.router)
    if metrics:
        app.include_router(health.metrics)
    app.add_middleware(BodyLimits)
    app.add_middleware(ResponseCacheMiddleware, cache=app.state.response_cache)
    app.add_middleware(RequestMiddleware, limiter=limiter, block=block)
    app.add_middleware(
        Cors,
        allow_origins=list(origins),
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        expose_headers=list(HEADERS),
    )
    app.add_middleware(HeadMiddleware)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


class Cors(CORSMiddleware):
    """Starlette's CORS middleware, which refuses with a problem."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        return errors.problem(400, "CORS_REFUSED", f"{bytes(answer.body).decode()}.")


def _limiter(limit: RateLimit) -> RateLimiter:
    if not limit.requests or limit.store is None:
        return RateLimiter(limit)
    # Imported here, because it takes half a second that servers without a store do not need.
    from agentescrow.api.shared_rate_limits import SharedRateLimiter

    return SharedRateLimiter(limit, limit.store)


def _operation_id(route: APIRoute) -> str:
    return route.name
