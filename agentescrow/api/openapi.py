"""The OpenAPI document: FastAPI's own, made complete and true.

FastAPI knows of no middleware and no server: here is what they answer, and with which headers.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from agentescrow.api.middleware import FREE
from agentescrow.wire.problem import MEDIA_TYPE, Problem

Json = dict[str, Any]

EVERYWHERE: Final[dict[int | str, Json]] = {
    400: {"model": Problem, "description": "A value is wrong, or it is no HTTP."},
    405: {"model": Problem},
    408: {"model": Problem, "description": "The request did not come in in time."},
    429: {"model": Problem, "description": "Too often, or too many listeners."},
    431: {"model": Problem, "description": "Request line and headers are too long."},
    500: {"model": Problem, "description": "A fault of the service."},
    503: {"model": Problem, "description": "Index, node or database do not answer now."},
}
_OF_POSTS: Final = {
    "409": "The Idempotency-Key is under way, or the reported deposit is not mined yet.",
    "413": "The body is too long.",
    "415": "The body is no JSON.",
    "422": "The Idempotency-Key stands for another body.",
}
_UNKNOWN: Final = "There is no such run, agent or request."

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
"""What OpenAPI 3.2 calls `itemSchema`; 3.1 has no word for it."""


def _header(description: str, *, required: bool = False, **schema: object) -> Json:
    return {"description": description, "required": required, "schema": schema}


_BLOCK: Final = {
    "X-Indexed-Block": _header("The block that it is as of.", type="integer", minimum=0),
    "X-Indexed-Block-Hash": _header("Its hash.", type="string", pattern="^0x[0-9a-f]{64}$"),
    "X-Indexed-Block-Time": _header("Its time.", type="string", format="date-time"),
}
_CACHE: Final = {"Cache-Control": _header("no-cache: ask before it is given again.", type="string")}
_TAG: Final = {"ETag": _header("Names its bytes.", required=True, type="string")}
_KNOWN: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`ETag`s of the answers that the client has: 304 in the place of one of them.",
    "schema": {"type": "string"},
}
_LIMITS: Final = {
    "X-RateLimit-Limit": _header("Requests within a window.", type="integer", minimum=1),
    "X-RateLimit-Remaining": _header("Those that are left.", type="integer", minimum=0),
    "X-RateLimit-Reset": _header("Seconds until the next window.", type="integer", minimum=1),
}
_LATER: Final = _header("Seconds.", required=True, type="integer", minimum=1)
_OF_STATUS: Final = {
    "202": {"Location": _header("Where to ask.", required=True, type="string")},
    "401": {"WWW-Authenticate": _header("EIP712.", required=True, type="string")},
    "405": {"Allow": _header("The methods.", required=True, type="string")},
    "409": {"Retry-After": _LATER},
    "429": {"Retry-After": _LATER},
    "503": {"Retry-After": _LATER},
}
_REPLAYED: Final = _header("The answer was kept.", type="string", const="true")

HEADERS: Final = (*_BLOCK, *_LIMITS, "ETag", "Retry-After", "Location", "Idempotency-Replayed")
"""What web pages of other origins may see."""

_OF_SERVER: Final = ("408", "431", "500")
"""Answered outside of the app: the server knows nothing of blocks and limits."""


def document(app: FastAPI) -> Json:
    """Make it, or take what was made.

    Args:
        app: The app.
    """
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _complete(operation["responses"], path, of_post=method == "post")
                if "304" in operation["responses"]:
                    operation.setdefault("parameters", []).append(_KNOWN)
                for parameter in operation.get("parameters", ()):
                    if parameter["in"] == "query" and not parameter["required"]:
                        parameter["allowEmptyValue"] = True  # as good as none
        app.openapi_schema = schema
    return app.openapi_schema


def _complete(responses: Json, path: str, *, of_post: bool) -> None:
    responses.pop("422", None)  # FastAPI's, for invalid input: that is 400 here
    problem = responses["400"]["content"]
    if path in FREE:
        del responses["429"]
    for status, words in (_OF_POSTS if of_post else {}).items():
        responses[status] = {"description": words, "content": problem}
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
        found = found | _BLOCK | _CACHE | ({} if path in FREE else _LIMITS)
    if of_post and status == "200":
        found = found | {"Idempotency-Replayed": _REPLAYED}
    return found
