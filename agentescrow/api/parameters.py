"""What routes take in paths and queries: numbers, a page, a cursor."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from agentescrow.api.errors import ApiError
from agentescrow.chain.events import TYPES
from agentescrow.wire.shape import INTEGER_MAX, Address, SentTime

StateName = Literal[
    "DRAFT",
    "OPEN",
    "CLAIMED",
    "IN_PROGRESS",
    "SUBMITTED",
    "APPROVED",
    "REVISION_REQUESTED",
    "REJECTED",
    "CANCELLED",
    "SLASHED",
]
Sort = Literal["newest", "oldest", "reward", "due"]

EVENT_NAMES: Final = sorted(
    {
        kind.__name__
        for contract in ("RunEscrow", "StakeRegistry", "IdentityRegistry")
        for kind in TYPES[contract].values()
    }
)
"""Of all events that the index has."""

LIMIT_MAX: Final = 100
PASSED_MAX: Final = 1_000
"""Items that a page may pass over one by one."""

CREATED_MAX: Final = 25_000
"""Runs created within a time that are looked at one by one, at most."""
DEADLINES_MAX: Final = 10_000
"""The same for deadlines, by which nothing is sorted that matches something else."""

_PAGE_MAX: Final = 10**12
_PAGE: Final = (
    f"Page number. It passes over at most {PASSED_MAX:,} items, except in lists of all runs by "
    "number; `cursor` goes on."
)


RunId = Annotated[int, Path(ge=0, le=INTEGER_MAX, description="Number of the run.")]
AgentId = Annotated[int, Path(ge=0, le=INTEGER_MAX, description="Number of the agent.")]
PageNumber = Annotated[int, Query(ge=1, le=_PAGE_MAX, description=_PAGE)]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Items per page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=200, description="`nextCursor` of the page before, in place of `page`."),
]
Owner = Annotated[Address | None, Query(description="Owner of the agent's NFT.")]
Signer = Annotated[Address, Query(description="Who has signed the requests.")]
StatusName = Annotated[
    Literal["UNVERIFIED", "PROVISIONAL", "ESTABLISHED", "FROZEN", "BANNED"] | None,
    Query(description="Filter by status."),
]


def _listed(value: object) -> object:
    """Each name once, in one order whatever was asked: it is one list."""
    return sorted(set(value.split(","))) if isinstance(value, str) else value


def _known_event(name: str) -> str:
    if name not in EVENT_NAMES:
        raise ValueError(f"one of {', '.join(EVENT_NAMES)}")
    return name


EventName = Annotated[
    str, AfterValidator(_known_event), WithJsonSchema({"type": "string", "enum": EVENT_NAMES})
]


class ListQuery(BaseModel):
    """Base of the queries that are read at once."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class RunQuery(ListQuery):
    """The query of a list of runs."""

    page: Annotated[int, Field(ge=1, le=_PAGE_MAX, description=_PAGE)] = 1
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX, description="Items per page.")] = 20
    state: Annotated[
        tuple[StateName, ...],
        BeforeValidator(_listed),
        Field(description="States, separated by commas; any where there is none."),
    ] = ()
    min_reward: Annotated[
        str | None, Field(max_length=40, description='Minimum reward in USDC: "12.5".')
    ] = None
    poster: Annotated[Address | None, Field(description="Filter by poster.")] = None
    agent_id: Annotated[int | None, Field(ge=0, le=INTEGER_MAX, description="Filter by agent.")] = (
        None
    )
    wallet: Annotated[
        Address | None,
        Field(description="Posted by this account, paid to it, or claimed by an agent of its."),
    ] = None
    created_after: Annotated[
        SentTime | None, Field(description="Created at this time or later.")
    ] = None
    created_before: Annotated[SentTime | None, Field(description="Created before.")] = None
    deadline_after: Annotated[
        SentTime | None, Field(description="With a deadline at this time or later.")
    ] = None
    deadline_before: Annotated[SentTime | None, Field(description="With one before.")] = None
    sort: Annotated[Sort, Field(description="Order of the list.")] = "newest"
    cursor: Annotated[
        str | None,
        Field(max_length=200, description="`nextCursor` of the page before, in place of `page`."),
    ] = None


class EventQuery(ListQuery):
    """The query of a stream of events."""

    run_id: Annotated[int | None, Field(ge=0, le=INTEGER_MAX, description="Of this run.")] = None
    agent_id: Annotated[int | None, Field(ge=0, le=INTEGER_MAX, description="Of this agent.")] = (
        None
    )
    name: Annotated[
        tuple[EventName, ...],
        BeforeValidator(_listed),
        Field(description="Names, separated by commas; any where there is none."),
    ] = ()
    from_block: Annotated[int | None, Field(ge=0, le=INTEGER_MAX, description="Begin here.")] = None
    follow: Annotated[bool, Field(description="Go on with what is yet to come.")] = True


Q = TypeVar("Q", bound=ListQuery)


def query_of(request: Request, kind: type[Q]) -> Q:
    """Read the query at once: one parameter at a time takes longer than a list itself.

    Args:
        request: Whose query it is.
        kind: What it is.

    Raises:
        RequestValidationError: A value is wrong.
    """
    query = request.query_params
    given = {name: ",".join(query.getlist(name)) for name in query}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        found = [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(found) from None


def parameters_of(kind: type[ListQuery]) -> list[dict[str, Any]]:
    """The same for the OpenAPI document.

    Args:
        kind: A query.
    """
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema["description"],
            "schema": {key: value for key, value in schema.items() if key != "description"},
            **({"style": "form", "explode": False} if schema.get("type") == "array" else {}),
        }
        for name, schema in kind.model_json_schema()["properties"].items()
    ]


def require_shallow(offset: int, total: int) -> None:
    """Refuse a page for which too many items would be passed over one by one.

    Args:
        offset: Items before it.
        total: Items of the list.

    Raises:
        ApiError: 400: go on with `cursor`.
    """
    if min(offset, total) > PASSED_MAX:
        words = (
            f"`page` passes over at most {PASSED_MAX:,} items of this list: go on with `cursor`, "
            "the `nextCursor` of the page before."
        )
        raise ApiError(400, "PAGE_TOO_DEEP", words)


def require_narrow(runs: int, most: int) -> None:
    """Refuse a time of which too many runs would be looked at one by one.

    Args:
        runs: How many.
        most: How many may be.

    Raises:
        ApiError: 400: a shorter time, or none.
    """
    if runs > most:
        words = (
            f"More than {most:,} runs are of this time: ask for a shorter one, or leave it out "
            "and go on with `cursor`."
        )
        raise ApiError(400, "TIME_TOO_LONG", words)


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
