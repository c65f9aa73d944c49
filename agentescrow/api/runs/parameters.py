"""Path and query parameters of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import Path
from pydantic import BeforeValidator, Field

from agentescrow.api.errors import ApiError
from agentescrow.api.parameters import PageQuery, split_names
from agentescrow.domain.runs.run import RunState
from agentescrow.wire.shape import INTEGER_MAX, Address, SentTime

if TYPE_CHECKING:
    StateName = str
else:
    StateName = Literal[tuple(RunState.__members__)]
Sort = Literal["newest", "oldest", "reward", "due"]

CREATED_MAX: Final = 25_000
"""Runs in a range of creation times that may be checked one by one."""
DEADLINES_MAX: Final = 10_000
"""Runs in a range of deadlines that may be checked and sorted one by one."""

RunId = Annotated[int, Path(ge=0, le=INTEGER_MAX, description="Number of the run.")]


class RunQuery(PageQuery):
    """Query of a list of runs."""

    state: Annotated[
        tuple[StateName, ...],
        BeforeValidator(split_names),
        Field(description="States, separated by commas; any state by default."),
    ] = ()
    min_reward: Annotated[
        str | None, Field(max_length=40, description='Minimum reward in USDC: "12.5".')
    ] = None
    poster: Annotated[Address | None, Field(description="Posted by this account.")] = None
    agent_id: Annotated[
        int | None, Field(ge=0, le=INTEGER_MAX, description="Claimed by this agent.")
    ] = None
    wallet: Annotated[
        Address | None,
        Field(
            description="Posted by this account, paid to it, or claimed by an agent that it owns."
        ),
    ] = None
    created_after: Annotated[
        SentTime | None, Field(description="Created at this time or later.")
    ] = None
    created_before: Annotated[SentTime | None, Field(description="Created before this time.")] = (
        None
    )
    deadline_after: Annotated[
        SentTime | None, Field(description="With a deadline at this time or later.")
    ] = None
    deadline_before: Annotated[
        SentTime | None, Field(description="With a deadline before this time.")
    ] = None
    sort: Annotated[Sort, Field(description="Order of the list.")] = "newest"


def require_narrow(runs: int, limit: int) -> None:
    """Refuse a range of time in which too many runs would be checked one by one.

    Args:
        runs: Runs in the range.
        limit: Runs allowed.

    Raises:
        ApiError: 400: use a shorter range, or none.
    """
    if runs > limit:
        detail = (
            f"More than {limit:,} runs are in this range of time. Use a shorter one, or leave it "
            "out and continue with `cursor`."
        )
        raise ApiError(400, "TIME_TOO_LONG", detail)
