"""The two ways to take steps: one after another, or awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from functools import update_wrapper
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar, cast, overload

import httpx

from agentescrow.errors import ServiceUnreachable
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import AnswerLost, Ask, Pause, Step, Steps

P = ParamSpec("P")
T = TypeVar("T")

_NOT_REACHED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Blocking:
    """Takes steps one after another."""

    def __init__(self, session: Session, http: httpx.Client) -> None:
        """Bind it.

        Args:
            session: What operations work with.
        """
        self._session = session
        self._http = http

    def _take(self, steps: Steps[T]) -> T:
        with closing(steps):  # whatever ends it: what the operation holds is let go
            return self._all_of(steps)

    def _all_of(self, steps: Steps[T]) -> T:
        answer: object = None
        failure: Exception | None = None
        while True:
            try:
                step = steps.send(answer) if failure is None else steps.throw(failure)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            answer, failure = None, None
            try:
                answer = self._done(step)
            except Exception as error:  # the operation's to handle, or to let pass
                failure = meant(error)

    def _done(self, step: Step) -> object:
        if isinstance(step, Ask):
            return self._http.request(
                step.method, step.path, params=step.params, json=step.json, headers=step.headers
            )
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        return step.function()


class Awaiting:
    """Awaits steps; what blocks runs in a thread."""

    def __init__(self, session: Session, http: httpx.AsyncClient) -> None:
        """Bind it.

        Args:
            session: What operations work with.
        """
        self._session = session
        self._http = http

    async def _take(self, steps: Steps[T]) -> T:
        with closing(steps):  # whatever ends it: what the operation holds is let go
            return await self._all_of(steps)

    async def _all_of(self, steps: Steps[T]) -> T:
        answer: object = None
        failure: Exception | None = None
        while True:
            try:
                step = steps.send(answer) if failure is None else steps.throw(failure)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            answer, failure = None, None
            try:
                answer = await self._done(step)
            except Exception as error:  # the operation's to handle, or to let pass
                failure = meant(error)

    async def _done(self, step: Step) -> object:
        if isinstance(step, Ask):
            return await self._http.request(
                step.method, step.path, params=step.params, json=step.json, headers=step.headers
            )
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        return await asyncio.to_thread(step.function)


class operation(Generic[P, T]):  # noqa: N801 - a decorator
    """A method that yields steps, for both shells: it returns the result, or awaits to it."""

    def __init__(self, method: Callable[Concatenate[Any, P], Steps[T]]) -> None:
        """Wrap a method."""
        self._method = method
        update_wrapper(cast(Any, self), method)

    @overload
    def __get__(self, instance: Blocking, owner: type) -> Callable[P, T]: ...

    @overload
    def __get__(self, instance: Awaiting, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...

    @overload
    def __get__(self, instance: None, owner: type) -> operation[P, T]: ...

    def __get__(self, instance: Any, owner: type) -> Any:
        """Bind the method to a client."""
        if instance is None:
            return self

        def bound(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401 - T, or awaits to it
            return instance._take(self._method(instance, *args, **kwargs))

        return update_wrapper(bound, self._method)


def meant(error: Exception) -> Exception:
    """What an exception of the HTTP client means; any other is passed on."""
    if not isinstance(error, httpx.RequestError):  # that an answer cannot be decoded, too
        return error
    kind = ServiceUnreachable if isinstance(error, _NOT_REACHED) else AnswerLost
    found = kind(f"the API does not answer: {error or type(error).__name__}")
    found.__cause__ = error
    return found
