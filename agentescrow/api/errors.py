"""Errors as problem details, one shape for all (API-3); statuses are in `wire.codes`."""

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

from agentescrow.api.metrics import RELAYER_REFUSALS
from agentescrow.api.serializers import serializer
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
from agentescrow.wire.problem import MEDIA_TYPE, Problem

_log = logging.getLogger(__name__)
_RETRY: Final = {"Retry-After": "1"}
_TEXT_TOO_LONG: Final = TextTooLong.code
_HEADERS: Final[Mapping[int, dict[str, str]]] = {
    401: {"WWW-Authenticate": 'EIP712 realm="agentescrow"'},
    409: _RETRY,
    429: _RETRY,
    503: _RETRY,
}
"""Headers that HTTP requires or recommends with a status."""

_problem: Final = serializer(Problem, *Problem.model_fields)


class ApiError(Exception):
    """An error to answer with.

    Attributes:
        status: HTTP status.
        error: Stable name of the error.
        detail: Description, as text.
        more: Further members of the problem.
    """

    def __init__(self, status: int, error: str, detail: str, **more: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.status = status
        self.error = error
        self.detail = detail
        self.more = {"reasons": [detail], "reasonCodes": [error], **more}


def not_found(what: str, number: int) -> ApiError:
    """Make the 404 of something that has numbers, such as a "run"."""
    return ApiError(404, f"{what.upper()}_UNKNOWN", f"There is no {what} {number}.")


def problem(
    status: int,
    error: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - members of a problem
) -> Response:
    """Make the response of an error, a `wire.problem.Problem`.

    Args:
        status: HTTP status.
        error: Stable name of the error.
        detail: Description, as text.
        headers: Headers besides those of the status.
        more: Further members of the problem.
    """
    body = _problem(
        "about:blank",
        HTTPStatus(status).phrase,
        status,
        detail,
        code=status,
        error=error,
        reasons=[detail],
        reason_codes=[error],
        typed_data=None,
    )
    headers = {**_HEADERS.get(status, {}), **(headers or {})}
    return Response(_encoded({**body, **more}), status, headers, media_type=MEDIA_TYPE)


def _encoded(body: dict[str, Any]) -> bytes:
    # Input quoted in an error may have lone surrogates, which orjson refuses and json escapes.
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(body).encode()


def install(app: FastAPI) -> None:
    """Answer every error with a problem."""
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
    _log.error("the database does not answer", exc_info=error)
    return problem(503, "DATABASE_BUSY", "The database does not answer; try again later.")


async def _unexpected(_request: Request, error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error)
    return problem(500, "INTERNAL", "Internal error; the server has logged it.")
