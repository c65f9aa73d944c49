"""How errors leave: all in one shape (API-3); their statuses are in `wire.codes`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from agentescrow.api.service.metrics import RELAYER_REFUSALS
from agentescrow.domain.runs.eligibility import Ineligibility, reasons
from agentescrow.errors import (
    AgentEscrowError,
    ContractReverted,
    RelayerUnavailable,
    RelayProblem,
    TextTooLong,
    TooManyRequests,
)
from agentescrow.store.database import DatabaseBusy
from agentescrow.wire.codes import name_of, status_of
from agentescrow.wire.eligibility import status_of_claim
from agentescrow.wire.problem import MEDIA_TYPE

_log = logging.getLogger(__name__)
_LATER: Final = {"Retry-After": "1"}
_TEXT_TOO_LONG: Final = TextTooLong.code
_ASKED: Final[Mapping[int, dict[str, str]]] = {
    401: {"WWW-Authenticate": 'EIP712 realm="agentescrow"'},
    409: _LATER,
    429: _LATER,
    503: _LATER,
}
"""Headers that HTTP asks for with a status."""


class ApiError(Exception):
    """An answer that is no success.

    Args:
        status: HTTP status.
        error: Stable name.
        detail: For people.
        more: Further members of the problem.
    """

    def __init__(self, status: int, error: str, detail: str, **more: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.status = status
        self.error = error
        self.detail = detail
        self.more = {"reasons": [detail], "reasonCodes": [error], **more}


def not_found(what: str, number: int) -> ApiError:
    """404: there is no such thing.

    Args:
        what: "run" or "agent".
        number: Its number.
    """
    return ApiError(404, f"{what.upper()}_UNKNOWN", f"There is no {what} {number}.")


def not_eligible(bits: Ineligibility) -> ApiError:
    """What the reasons against a claim amount to: 404, else 400, else 403.

    Args:
        bits: At least one.
    """
    found = reasons(bits)
    sentences = [reason.sentence for reason in found]
    codes = [reason.code for reason in found]
    return ApiError(
        status_of_claim(bits),
        "NOT_ELIGIBLE",
        " ".join(sentences),
        reasons=sentences,
        reasonCodes=codes,
    )


def problem(
    status: int,
    error: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - members of a problem
) -> Response:
    """An error as it is sent: `wire.problem.Problem`.

    Args:
        status: HTTP status.
        error: Stable name.
        detail: For people.
        headers: Further headers.
        more: Further members.
    """
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": status,
        "error": error,
        "reasons": [detail],
        "reasonCodes": [error],
        "typedData": None,
        **more,
    }
    asked = _ASKED.get(status, {})
    return Response(_printable(body), status, {**asked, **(headers or {})}, media_type=MEDIA_TYPE)


def _printable(body: dict[str, Any]) -> bytes:
    """JSON; what was sent to us may hold halves of characters, which no JSON can."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(body).encode()


def install(app: FastAPI) -> None:
    """Let every error leave in the one shape."""
    app.add_exception_handler(ApiError, _own)
    app.add_exception_handler(AgentEscrowError, _package)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DatabaseBusy, _busy)
    app.add_exception_handler(Exception, _unexpected)


async def _own(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return problem(error.status, error.error, error.detail, **error.more)


async def _package(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AgentEscrowError)
    detail = error.words if isinstance(error, ContractReverted) else str(error)
    headers = {}
    if isinstance(error, RelayProblem):
        RELAYER_REFUSALS.labels(error.code).inc()
    if isinstance(error, TooManyRequests | RelayerUnavailable):
        headers["Retry-After"] = str(error.retry_after)
    return problem(status_of(error), name_of(error), detail, headers)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
    ]
    codes = [str(each["type"]).upper() for each in error.errors()]
    named = _TEXT_TOO_LONG if codes == [_TEXT_TOO_LONG] else "INVALID_INPUT"
    limits = error.errors()[0]["ctx"] if named == _TEXT_TOO_LONG else {}
    return problem(400, named, "; ".join(found), reasons=found, reasonCodes=codes, **limits)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    name = HTTPStatus(error.status_code).name
    return problem(error.status_code, name, str(error.detail), error.headers)


async def _busy(_request: Request, error: Exception) -> Response:
    _log.error("the database does not serve", exc_info=error)
    return problem(503, "DATABASE_BUSY", "The database does not answer now.")


async def _unexpected(_request: Request, error: Exception) -> Response:
    _log.error("unexpected", exc_info=error)
    return problem(500, "INTERNAL", "Something went wrong here; it is logged.")
