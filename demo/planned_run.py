"""A run of the file, and its planned outcome."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from agentescrow.domain.constants import DAY, DEADLINE_MAX_AHEAD, MAX_TEXT, REWARD_MAX, REWARD_MIN
from agentescrow.domain.money import format_usdc, parse_usdc
from agentescrow.domain.times import format_time, parse_time
from agentescrow.errors import InvalidInput
from demo.wording import description_uri

SET_UP_SECONDS: Final = 60
"""Least distance of a deadline given as a date: the chain starts after the file is read."""

_REWARDS: Final = f"{format_usdc(REWARD_MIN)} to {format_usdc(REWARD_MAX)} USDC"


class Outcome(StrEnum):
    """Planned outcome of a run."""

    APPROVED = "approved"
    REVISED = "revised"
    REJECTED = "rejected"
    SLASHED = "slashed"
    SILENT = "silent"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


def _text(field: str, value: object, example: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(field, value, f'text in quotes, such as "{example}"')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInput(field, value, "text without unpaired surrogates")
    return value


def _description(value: object) -> str:
    text = _text("description", value, "Translate the handbook")
    if not text.strip():
        raise InvalidInput("description", text, "a description of the task")
    length = len(description_uri(text))
    if length > MAX_TEXT:
        allowed = f"as a data URI it has {length:,} bytes, and a run takes {MAX_TEXT:,} at most"
        raise InvalidInput("description", text, allowed)
    return text


def _reward(value: object) -> int:
    text = _text("reward", value, "12.5")
    try:
        amount = parse_usdc(text)
    except InvalidInput as error:
        raise InvalidInput("reward", text, error.allowed) from None
    if not REWARD_MIN <= amount <= REWARD_MAX:
        raise InvalidInput("reward", text, _REWARDS)
    return amount


def _deadline(value: object, info: ValidationInfo) -> str:
    text = _text("deadline", value, "+3d")
    now: int = (info.context or {})["now"]
    try:
        deadline = parse_time(text, now)
    except InvalidInput as error:
        raise InvalidInput("deadline", text, error.allowed) from None
    ahead = 1 if text.startswith("+") else SET_UP_SECONDS
    if deadline < now + ahead:
        raise InvalidInput("deadline", text, f"a time after {format_time(now + ahead - 1)}")
    if deadline > now + DEADLINE_MAX_AHEAD:
        last = f"{format_time(now + DEADLINE_MAX_AHEAD)}, {DEADLINE_MAX_AHEAD // DAY} days ahead"
        raise InvalidInput("deadline", text, f"a time up to {last}")
    return text


def _outcome(value: object) -> Outcome:
    if isinstance(value, str) and value in set(Outcome):
        return Outcome(value)
    raise InvalidInput("outcome", value, ", ".join(Outcome))


class PlannedRun(BaseModel):
    """One run of the file. Validation needs the chain's time as `now` in its context.

    Attributes:
        description: Task to do.
        reward: Base units; USDC as text in the file, "12.5".
        deadline: ISO 8601, or "+3d" from the chain's time.
        outcome: Planned outcome.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: Annotated[str, BeforeValidator(_description)]
    reward: Annotated[int, BeforeValidator(_reward)]
    deadline: Annotated[str, BeforeValidator(_deadline)]
    outcome: Annotated[Outcome, BeforeValidator(_outcome)]

    def deadline_at(self, now: int) -> int:
        """Return the deadline in unix seconds, given the chain's time."""
        return parse_time(self.deadline, now)


KEYS: Final = tuple(PlannedRun.model_fields)


def problem(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Describe one of pydantic's `ValidationError.errors()`."""
    key = str(error["loc"][0])
    if error["type"] == "missing":
        return f'"{key}" is missing; a run has {", ".join(KEYS)}'
    if error["type"] == "extra_forbidden":
        return f"{key!r} is not a key of a run; its keys are {', '.join(KEYS)}"
    cause = error.get("ctx", {}).get("error")
    return str(cause or error["msg"])
