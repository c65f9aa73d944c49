"""What an operation does, without doing it: a generator of requests, chain calls and pauses."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

import httpx

from agentescrow.errors import ServiceUnreachable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to the API; the answer is an `httpx.Response`.

    Args:
        method: "GET" or "POST".
        path: From the root of the API.
        params: Of the query.
        key: Idempotency-Key: the API acts once on it, however often it comes.
    """

    method: str
    path: str
    params: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    key: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What goes along."""
        return {} if self.key is None else {"Idempotency-Key": self.key}


@dataclass(frozen=True, slots=True)
class Work:
    """Something that blocks: a call of the chain, or a signature; the answer is what it returns."""

    function: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Waiting."""

    seconds: float


class AnswerLost(ServiceUnreachable):
    """The API was reached and no answer came back: nobody knows whether it has acted."""


Step: TypeAlias = Ask | Work | Pause
Steps: TypeAlias = Generator[Step, Any, T]
"""An operation that ends with a T."""


def ask(
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> Steps[httpx.Response]:
    """Send a request, once; see `Ask`.

    Raises:
        ServiceUnreachable: The API was not reached.
        AnswerLost: It was, and did not answer.
    """
    answer = yield Ask(method, path, params, json, key)
    return cast(httpx.Response, answer)


def work(function: Callable[[], T]) -> Steps[T]:
    """Let something be done that blocks; see `Work`."""
    done = yield Work(function)
    return cast(T, done)


def pause(seconds: float) -> Steps[None]:
    """Wait; see `Pause`."""
    yield Pause(seconds)
