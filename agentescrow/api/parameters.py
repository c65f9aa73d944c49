"""What routes take in paths and queries: numbers, a page, a cursor."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final

from fastapi import Path, Query

from agentescrow.api.errors import ApiError
from agentescrow.wire.shape import INTEGER_MAX

LIMIT_MAX: Final = 100
_PAGE_MAX: Final = 10**12


RunId = Annotated[int, Path(ge=0, le=INTEGER_MAX, description="Number of the run.")]
AgentId = Annotated[int, Path(ge=0, le=INTEGER_MAX, description="Number of the agent.")]
PageNumber = Annotated[int, Query(ge=1, le=_PAGE_MAX, description="Page number.")]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Items per page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=200, description="`nextCursor` of the page before, in place of `page`."),
]


def write_cursor(*values: Any) -> str:  # noqa: ANN401 - numbers and texts
    """A place in a list as text that means nothing to others."""
    text = ":".join(str(value) for value in values)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, numbers: int) -> list[int]:
    """Read a place back.

    Args:
        cursor: As it came.
        sort: The order that it must be of.
        numbers: How many numbers follow.

    Raises:
        ApiError: 400: it is none, or of another order.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        order, *rest = text.split(":")
        values = [int(value) for value in rest]
    except (ValueError, binascii.Error):
        order, values = "", []
    if order != sort or len(values) != numbers or not all(0 <= v <= INTEGER_MAX for v in values):
        raise ApiError(400, "INVALID_CURSOR", f"The cursor is none of a list sorted by {sort}.")
    return values
