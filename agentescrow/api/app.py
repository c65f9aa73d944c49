"""The app: wiring only."""

from __future__ import annotations

from typing import Any, Final

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from agentescrow.api import errors
from agentescrow.api.body_gate import BodyGate
from agentescrow.api.index import READERS, Totals, latest_block
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
    "Idempotency-Replayed",
]
_EVERYWHERE: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem} for status in (400, 404, 405, 429, 503)
}
_OF_POSTS: Final = {
    "409": "The Idempotency-Key is under way.",
    "413": "The body is too long.",
    "415": "The body is no JSON.",
    "422": "The Idempotency-Key stands for another body.",
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
    app.state.totals = Totals()
    app.state.readers = CapacityLimiter(READERS)
    errors.install(app)
    for module in (runs, run_actions, agents, market, health):
        app.include_router(module.router)
    app.add_middleware(BodyGate)
    app.add_middleware(
        Traffic, limit=rate_limit or RateLimit(1_200), latest=lambda: latest_block(service)
    )
    app.add_middleware(
        Cors,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=_SEEN,
    )
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


class Cors(CORSMiddleware):
    """Starlette's, whose refusals are problems too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        return errors.problem(400, "CORS_REFUSED", f"{bytes(answer.body).decode()}.")


def _operation_id(route: APIRoute) -> str:
    return route.name


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's own, told that invalid input is 400 and that errors are problem details."""
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        for path in schema["paths"].values():
            for method, operation in path.items():
                _correct(operation["responses"], of_post=method == "post")
        app.openapi_schema = schema
    return app.openapi_schema


def _correct(responses: dict[str, Any], *, of_post: bool) -> None:
    responses.pop("422", None)  # FastAPI's, for invalid input
    if of_post:
        schema = responses["400"]["content"]["application/json"]
        for status, words in _OF_POSTS.items():
            responses[status] = {"description": words, "content": {"application/json": schema}}
    for status, response in responses.items():
        if status >= "400" and "content" in response:
            response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
