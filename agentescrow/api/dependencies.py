"""What routes take: a snapshot of the index, a page, the relayer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Path, Query, Request

from agentescrow.api.errors import ApiError
from agentescrow.api.service import Service
from agentescrow.store.database import Connection
from agentescrow.store.position import Block, indexed_block
from agentescrow.wire.shape import INTEGER_MAX

LIMIT_MAX: Final = 100
_PAGE_MAX: Final = 10**12


def service_of(request: Request) -> Service:
    """The service that the app was made for."""
    return cast(Service, request.app.state.service)


ServiceDep = Annotated[Service, Depends(service_of)]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index at one block.

    Args:
        connection: A transaction: all that is read in it belongs together.
        block: The block; its time is "now".
    """

    connection: Connection
    block: Block

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.block.time


def snapshot(service: ServiceDep, request: Request) -> Iterator[Snapshot]:
    """Open a snapshot, and name its block in the headers of the answer (API-6)."""
    with service.database.connect() as connection:
        block = indexed_block(connection)
        if block is None:
            raise ApiError(503, "NOT_INDEXED", "Nothing is indexed yet.")
        request.scope.setdefault("state", {})["block"] = block
        yield Snapshot(connection, block)


SnapshotDep = Annotated[Snapshot, Depends(snapshot)]
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
