"""Requests to the API: sent again where that is safe, and their answers read."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
from pydantic import ValidationError

from agentescrow.errors import Refused, ServiceProblem, ServiceUnreachable
from agentescrow.sdk.steps import AnswerLost, Steps, ask, pause
from agentescrow.wire.problem import Problem
from agentescrow.wire.shape import Shape

S = TypeVar("S", bound=Shape)

FIRST_PAUSE: Final = 0.02
LONGEST_PAUSE: Final = 0.5

NOT_NOW: Final = (429, 502, 503, 504)
"""Answers of an API that does not say yes or no, but later."""

_INDEXED: Final = "X-Indexed-Block"
_SECONDS: Final = re.compile("[0-9]{1,9}")
_KEY_BUSY: Final = 409
_GAVE_UP: Final = (502, 504)  # a gateway, waiting for the API, which may have acted


def persistent(
    method: str,
    path: str,
    *,
    patience: float,
    params: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> Steps[httpx.Response]:
    """Send a request, and send it again while its answers get lost.

    Args:
        method: "GET", or "POST" with a key: the API does once what comes again with its key.
        path: From the root of the API.
        patience: Seconds after which no further one is sent.
        params: Of the query.

    Raises:
        ServiceUnreachable: The API was never reached.
        AnswerLost: It was, and nobody knows whether it has acted.
    """
    end, wait, lost = time.monotonic() + patience, FIRST_PAUSE, False
    while True:
        try:
            answer = yield from ask(method, path, params=params, json=json, key=key)
        except ServiceUnreachable as error:
            lost = lost or isinstance(error, AnswerLost)
            if not lost:
                raise
            problem = str(error)
        else:
            status = answer.status_code
            lost = lost or (method == "POST" and status in _GAVE_UP)
            if status != _KEY_BUSY and not (lost and status in NOT_NOW):
                return answer
            problem = f"the API answers {status}"
        if time.monotonic() >= end:
            if lost:
                raise AnswerLost(problem)
            return answer
        yield from pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE)


def block_of(answer: httpx.Response) -> int | None:
    """The block that an answer names; None where something on the way has taken that out.

    Args:
        answer: Of the API.
    """
    block = answer.headers.get(_INDEXED, "")
    return int(block) if block.isascii() and block.isdigit() and len(block) < 20 else None


def successful(answer: httpx.Response) -> httpx.Response:
    """Let pass what is no error.

    Raises:
        Refused: It is one, as the API tells it.
    """
    if answer.is_success:
        return answer
    after = _seconds(answer.headers.get("Retry-After", ""))
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        words = f"The API answers {answer.status_code} {_phrase(answer.status_code)}."
        raise Refused(answer.status_code, "HTTP_ERROR", words, retry_after=after) from None
    raise Refused(
        answer.status_code,
        problem.error,
        problem.detail,
        problem.reasons,
        problem.reason_codes,
        after,
    )


def _seconds(retry_after: str) -> int | None:
    """Of the header; None where it is a date, or nothing that anybody would wait for."""
    return int(retry_after) if _SECONDS.fullmatch(retry_after) else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # proxies have numbers of their own: 520 to 530
        return "an error"


def parsed(kind: type[S], answer: httpx.Response) -> S:
    """Read an answer.

    Raises:
        ServiceProblem: It is something else.
    """
    return read_as(kind, answer.content)


def read_as(kind: type[S], content: str | bytes) -> S:
    """Read JSON that the API has sent.

    Raises:
        ServiceProblem: It is something else.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        words = f"the API's answer is no {kind.__name__}: {place} {first['msg']}"
        raise ServiceProblem(words) from None
