"""Query parameters: how they are read, pages and cursors."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from agentescrow.api.errors import ApiError
from agentescrow.wire.shape import INTEGER_MAX

LIMIT_MAX: Final = 100
SKIPPED_MAX: Final = 1_000
"""Items that `page` may skip one by one."""

_PAGE_MAX: Final = 10**12


class Query(BaseModel):
    """Base of queries that are read at once, which is faster than FastAPI's parameters."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class CursorQuery(Query):
    """Query of a list with cursors.

    Attributes:
        limit: Maximum number of items.
        cursor: Where the page before ended.
    """

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX, description="Items per page.")] = 20
    cursor: Annotated[
        str | None, Field(max_length=200, description="`nextCursor` of the page before.")
    ] = None


class PageQuery(CursorQuery):
    """Query of a list with cursors and page numbers.

    Attributes:
        page: Number of the page.
    """

    page: Annotated[
        int,
        Field(
            ge=1,
            le=_PAGE_MAX,
            description=(
                f"Number of the page. Most lists skip at most {SKIPPED_MAX:,} items; beyond that, "
                "use `cursor`."
            ),
        ),
    ] = 1

    @property
    def offset(self) -> int:
        """Items to skip; none with a cursor."""
        return 0 if self.cursor is not None else min((self.page - 1) * self.limit, INTEGER_MAX)


Q = TypeVar("Q", bound=Query)


def parse_query(request: Request, kind: type[Q]) -> Q:
    """Read the query of a request.

    Raises:
        RequestValidationError: A value is invalid.
    """
    query = request.query_params
    given = {name: ",".join(query.getlist(name)) for name in query}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        found = [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(found) from None


def openapi_parameters(kind: type[Query]) -> list[dict[str, Any]]:
    """Describe a query in the OpenAPI document."""
    schema = kind.model_json_schema()
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": each["description"],
            "schema": {key: value for key, value in each.items() if key != "description"},
            **({"style": "form", "explode": False} if each.get("type") == "array" else {}),
        }
        for name, each in schema["properties"].items()
    ]


def split_names(value: object) -> object:
    """Split names at commas; sorted and without repetitions, so that equal filters are equal."""
    return sorted(set(value.split(","))) if isinstance(value, str) else value


def require_shallow(offset: int, total: int) -> None:
    """Refuse a page that skips too many items one by one.

    Args:
        offset: Items before the page.
        total: Items of the list.

    Raises:
        ApiError: 400: continue with `cursor`.
    """
    if min(offset, total) > SKIPPED_MAX:
        detail = (
            f"`page` skips at most {SKIPPED_MAX:,} items of this list; continue with `cursor`, "
            "the `nextCursor` of the page before."
        )
        raise ApiError(400, "PAGE_TOO_DEEP", detail)


def write_cursor(*values: Any) -> str:  # noqa: ANN401 - numbers and texts
    """Write a position in a list as opaque text."""
    text = ":".join(str(value) for value in values)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, numbers: int) -> list[int]:
    """Read a position in a list.

    Args:
        cursor: Cursor of the request.
        sort: Order of the list, which the cursor must be of.
        numbers: How many numbers follow.

    Raises:
        ApiError: 400: the cursor is invalid, or of another order.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        order, *rest = text.split(":")
        values = [int(value) for value in rest]
    except (ValueError, binascii.Error):
        order, values = "", []
    if order != sort or len(values) != numbers or not all(0 <= v <= INTEGER_MAX for v in values):
        detail = f"The cursor is not one of a list sorted by {sort}; start without a cursor."
        raise ApiError(400, "INVALID_CURSOR", detail)
    return values
