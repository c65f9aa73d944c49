"""A run of a file: what it is to be, and how it is to end."""

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
"""How far ahead a date has to be as a deadline: the chain starts after the file is read."""

_REWARDS: Final = f"{format_usdc(REWARD_MIN)} to {format_usdc(REWARD_MAX)} USDC"


class Outcome(StrEnum):
    """How a run ends."""

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
        raise InvalidInput(field, value, "text without halves of surrogate pairs")
    return value


def _description(value: object) -> str:
    text = _text("description", value, "Translate the handbook")
    if not text.strip():
        raise InvalidInput("description", text, "some words on what is to be done")
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
        description: What is to be done.
        reward: Base units; in the file it is USDC as text, "12.5".
        deadline: ISO 8601, or "+3d" from the chain's time.
        outcome: How it is to end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: Annotated[str, BeforeValidator(_description)]
    reward: Annotated[int, BeforeValidator(_reward)]
    deadline: Annotated[str, BeforeValidator(_deadline)]
    outcome: Annotated[Outcome, BeforeValidator(_outcome)]

    def deadline_at(self, now: int) -> int:
        """Tell the deadline in unix seconds.

        Args:
            now: The chain's time.
        """
        return parse_time(self.deadline, now)


KEYS: Final = tuple(PlannedRun.model_fields)


def problem(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """Put a problem that pydantic found into words.

    Args:
        error: One of `ValidationError.errors()`.
    """
    key = str(error["loc"][0])
    if error["type"] == "missing":
        return f'"{key}" is missing; a run has {", ".join(KEYS)}'
    if error["type"] == "extra_forbidden":
        return f"{key!r} is no key of a run; those are {', '.join(KEYS)}"
    cause = error.get("ctx", {}).get("error")
    return str(cause or error["msg"])
