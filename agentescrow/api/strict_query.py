"""Queries: nothing that a route does not know, nothing twice; what is empty is not given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from agentescrow.api.errors import ApiError

_SHOWN: Final = 50  # characters of a name
_NAMED: Final = 3  # names that one answer tells of


class StrictRoute(APIRoute):
    """A route that takes the query parameters that it declares, and no other.

    A misspelt filter would be no filter, and a list of everything pass for the answer.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Handle a request whose query is as it should be."""
        handle = super().get_route_handler()
        declared = (self.openapi_extra or {}).get("parameters", [])
        names = [*_names(self.dependant), *(each["name"] for each in declared)]
        lists = {each["name"] for each in declared if each["schema"].get("type") == "array"}

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                query = request.scope["query_string"].decode("latin-1")
                request.scope["query_string"] = _given(query, names, lists).encode()
            return await handle(request)

        return strict


def _names(dependant: Dependant) -> Iterator[str]:
    """Of the query parameters that a route and its dependencies take."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _names(each)


def _given(query: str, names: Collection[str], lists: Collection[str]) -> str:
    """A query without what is empty.

    Raises:
        ApiError: 400: something is unknown, or there twice.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    unknown = [name for name in dict.fromkeys(name for name, _ in pairs) if name not in names]
    if unknown:
        known = f"{', '.join(names)} are known" if names else "it takes none"
        raise _refused("UNKNOWN_PARAMETER", unknown, f"is no parameter of this query: {known}")
    given = [(name, value) for name, value in pairs if value]
    times = Counter(name for name, _ in given if name not in lists)
    twice = [name for name, number in times.items() if number > 1]
    if twice:
        raise _refused("REPEATED_PARAMETER", twice, "is given more than once")
    return query if len(given) == len(pairs) else urlencode(given)


def _refused(error: str, names: list[str], why: str) -> ApiError:
    named = names[:_NAMED]
    reasons = [f'"{name[:_SHOWN]}" {why}.' for name in named]
    return ApiError(
        400, error, " ".join(reasons), reasons=reasons, reasonCodes=[error] * len(named)
    )
