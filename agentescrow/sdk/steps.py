"""What an operation does, without doing it: a generator of requests, chain calls and pauses."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

import httpx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to the API; the answer is an `httpx.Response`.

    Args:
        method: "GET" or "POST".
        path: From the root of the API.
        params: Of the query.
        json: Body.
    """

    method: str
    path: str
    params: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Something that blocks: a call of the chain, or a signature; the answer is what it returns.

    Args:
        function: Does it.
    """

    function: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Waiting.

    Args:
        seconds: How long.
    """

    seconds: float


Step: TypeAlias = Ask | Work | Pause
Steps: TypeAlias = Generator[Step, Any, T]
"""An operation that ends with a T."""


def ask(
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Steps[httpx.Response]:
    """Send a request; see `Ask`."""
    answer = yield Ask(method, path, params, json)
    return cast(httpx.Response, answer)


def work(function: Callable[[], T]) -> Steps[T]:
    """Let something be done that blocks; see `Work`."""
    done = yield Work(function)
    return cast(T, done)


def pause(seconds: float) -> Steps[None]:
    """Wait; see `Pause`."""
    yield Pause(seconds)
