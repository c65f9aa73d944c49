"""The app: wiring only."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from agentescrow.api import errors
from agentescrow.api.routes import agents, health, market, run_actions, runs
from agentescrow.api.service import Service
from agentescrow.api.traffic import RateLimit, Traffic
from agentescrow.wire.problem import MEDIA_TYPE, Problem

_SEEN: Final = [
    "X-Indexed-Block",
    "X-Indexed-Block-Hash",
    "X-Indexed-Block-Time",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
    "Location",
]
_EVERYWHERE: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem} for status in (400, 404, 429, 503)
}


def create_app(
    service: Service,
    *,
    version: str = "0.1.0",
    rate_limit: RateLimit | None = None,
    origins: tuple[str, ...] = ("*",),
) -> FastAPI:
    """Make the app.

    Args:
        service: What the routes work with.
        version: Of the package.
        rate_limit: Per client address; 1,200 requests a minute where None.
        origins: Web pages that may call it.
    """
    app = FastAPI(
        title="agentescrow",
        version=version,
        description="Runs and agents of agentescrow: the chain is the only truth.",
        responses=_EVERYWHERE,
        generate_unique_id_function=_operation_id,
    )
    app.state.service = service
    errors.install(app)
    for module in (runs, run_actions, agents, market, health):
        app.include_router(module.router)
    app.add_middleware(Traffic, limit=rate_limit or RateLimit(1_200))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=_SEEN,
    )
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's own, told that invalid input is 400 and that errors are problem details."""
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                for status, response in operation["responses"].items():
                    if status >= "400" and "content" in response and not _is_readiness(response):
                        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        app.openapi_schema = schema
    return app.openapi_schema


def _is_readiness(response: dict[str, Any]) -> bool:
    return "Readiness" in str(response["content"])
