"""Strict query strings: unknown and repeated parameters are refused, empty ones ignored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from agentescrow.api.errors import ApiError

_NAME_MAX: Final = 50  # characters of a name shown in an error
_NAMES_MAX: Final = 3  # names shown in an error


class StrictRoute(APIRoute):
    """A route that accepts only the query parameters that it declares.

    A misspelt filter would otherwise be ignored, and the full list pass for the filtered one.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check the query, then handle the request."""
        handle = super().get_route_handler()
        declared = (self.openapi_extra or {}).get("parameters", [])
        names = [*_names(self.dependant), *(each["name"] for each in declared)]
        lists = {each["name"] for each in declared if each["schema"].get("type") == "array"}

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                query = request.scope["query_string"].decode("latin-1")
                request.scope["query_string"] = _checked(query, names, lists).encode()
            return await handle(request)

        return strict


def _names(dependant: Dependant) -> Iterator[str]:
    """List the query parameters of a route and its dependencies."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _names(each)


def _checked(query: str, names: Collection[str], lists: Collection[str]) -> str:
    """Remove empty parameters from a query.

    Raises:
        ApiError: 400: a parameter is unknown or repeated.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    unknown = [name for name in dict.fromkeys(name for name, _ in pairs) if name not in names]
    if unknown:
        known = f"known parameters are {', '.join(names)}" if names else "this route takes none"
        raise _refused("UNKNOWN_PARAMETER", unknown, f"is not a parameter of this route; {known}")
    given = [(name, value) for name, value in pairs if value]
    counts = Counter(name for name, _ in given if name not in lists)
    repeated = [name for name, number in counts.items() if number > 1]
    if repeated:
        raise _refused("REPEATED_PARAMETER", repeated, "is given more than once")
    return query if len(given) == len(pairs) else urlencode(given)


def _refused(error: str, names: list[str], why: str) -> ApiError:
    shown = names[:_NAMES_MAX]
    reasons = [f'"{name[:_NAME_MAX]}" {why}.' for name in shown]
    codes = [error] * len(shown)
    return ApiError(400, error, " ".join(reasons), reasons=reasons, reasonCodes=codes)
