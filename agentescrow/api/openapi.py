"""OpenAPI document: FastAPI's own, with the answers and headers of middleware and server added."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from agentescrow.api.middleware import UNLIMITED_PATHS
from agentescrow.wire.problem import MEDIA_TYPE, Problem

Json = dict[str, Any]

EVERYWHERE: Final[dict[int | str, Json]] = {
    400: {"model": Problem, "description": "A value is invalid, or the request is not valid HTTP."},
    405: {"model": Problem},
    408: {"model": Problem, "description": "The request took too long to arrive."},
    429: {"model": Problem, "description": "Too many requests or listeners of this client."},
    431: {"model": Problem, "description": "Request line and headers are too long."},
    500: {"model": Problem, "description": "A bug of the server."},
    503: {
        "model": Problem,
        "description": "The index, the node or the database is not available now.",
    },
}
_OF_POSTS: Final = {
    "409": "Another request with this key is in progress, or the deposit is not mined yet.",
    "413": "The body is too long.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used for something else.",
}
_UNKNOWN: Final = "It does not exist."

EVENTS: Final[Json] = {
    "description": "Each event of the stream.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "required": ["id", "event", "data"],
                "properties": {
                    "id": {"type": "string", "pattern": "^[0-9]+:[0-9]+(@[1-9][0-9]*)?$"},
                    "event": {"type": "string"},
                    "data": {
                        "type": "string",
                        "contentMediaType": "application/json",
                        "contentSchema": {"$ref": "#/components/schemas/Event"},
                    },
                },
            }
        }
    },
}
"""Schema of the events in a stream; OpenAPI 3.1 has no place for it, 3.2 has `itemSchema`."""


def _header(description: str, *, required: bool = False, **schema: object) -> Json:
    return {"description": description, "required": required, "schema": schema}


_BLOCK: Final = {
    "X-Indexed-Block": _header(
        "Number of the block whose state this shows.", type="integer", minimum=0
    ),
    "X-Indexed-Block-Hash": _header(
        "Hash of that block.", type="string", pattern="^0x[0-9a-f]{64}$"
    ),
    "X-Indexed-Block-Time": _header("Time of that block.", type="string", format="date-time"),
}
_CACHE: Final = {"Cache-Control": _header("no-cache: caches must revalidate.", type="string")}
_TAG: Final = {"ETag": _header("Identifies the bytes of the body.", required=True, type="string")}
_KNOWN: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`ETag`s that the client has; the answer is 304 if one is current.",
    "schema": {"type": "string"},
}
_LIMITS: Final = {
    "X-RateLimit-Limit": _header("Requests allowed in a window.", type="integer", minimum=1),
    "X-RateLimit-Remaining": _header("Requests left in the window.", type="integer", minimum=0),
    "X-RateLimit-Reset": _header("Seconds until the next window.", type="integer", minimum=1),
}
_LATER: Final = _header("Seconds to wait.", required=True, type="integer", minimum=1)
_OF_STATUS: Final = {
    "202": {"Location": _header("Path to poll.", required=True, type="string")},
    "401": {"WWW-Authenticate": _header("EIP712.", required=True, type="string")},
    "405": {"Allow": _header("Allowed methods.", required=True, type="string")},
    "409": {"Retry-After": _LATER},
    "429": {"Retry-After": _LATER},
    "503": {"Retry-After": _LATER},
}
_REPLAYED: Final = _header("The stored response is repeated.", type="string", const="true")

HEADERS: Final = (*_BLOCK, *_LIMITS, "ETag", "Retry-After", "Location", "Idempotency-Replayed")
"""Headers that web pages of other origins may read."""

_OF_SERVER: Final = ("408", "431", "500")
"""Statuses that the server answers without the app, so without its headers."""


def document(app: FastAPI) -> Json:
    """Make the document, once."""
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _complete(operation["responses"], path, of_post=method == "post")
                if "304" in operation["responses"]:
                    operation.setdefault("parameters", []).append(_KNOWN)
                for parameter in operation.get("parameters", ()):
                    if parameter["in"] == "query" and not parameter["required"]:
                        parameter["allowEmptyValue"] = True  # ignored if empty
        app.openapi_schema = schema
    return app.openapi_schema


def _complete(responses: Json, path: str, *, of_post: bool) -> None:
    responses.pop("422", None)  # FastAPI's status of invalid input, which is 400 here
    problem = responses["400"]["content"]
    if path in UNLIMITED_PATHS:
        del responses["429"]
    for status, description in (_OF_POSTS if of_post else {}).items():
        responses[status] = {"description": description, "content": problem}
    if "{" in path:
        responses["404"] = {"description": _UNKNOWN, "content": problem}
    tagged = ("200", "304") if "304" in responses else ()
    for status, response in responses.items():
        if status >= "400":
            (schema,) = response["content"].values()
            response["content"] = {MEDIA_TYPE: schema}
        headers = _headers(status, path, of_post=of_post)
        response["headers"] = headers | _TAG if status in tagged else headers


def _headers(status: str, path: str, *, of_post: bool) -> Json:
    found = _OF_STATUS.get(status, {})
    if status not in _OF_SERVER:
        found = found | _BLOCK | _CACHE | ({} if path in UNLIMITED_PATHS else _LIMITS)
    if of_post and status == "200":
        found = found | {"Idempotency-Replayed": _REPLAYED}
    return found
