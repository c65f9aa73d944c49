"""What all shapes have in common: camelCase keys, and how amounts, times and names are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from agentescrow.addresses import read_address
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MAX_TEXT
from agentescrow.domain.runs.run import RunState

INTEGER_MAX: Final = 2**63 - 1
"""Ids and page numbers above it can be in no database."""

_DIGITS: Final = re.compile(r"[0-9]{1,78}", re.ASCII)
_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_LATEST: Final = 253_402_300_799  # the last second that ISO 8601 can say

_HOUR: Final = 3_600
_IN_AN_HOUR: Final = [f"{second // 60:02}:{second % 60:02}.000Z" for second in range(_HOUR)]


class Shape(BaseModel):
    """Base of all shapes."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        frozen=True,
    )


@lru_cache(maxsize=1 << 14)
def iso_time(timestamp: int) -> str:
    """Write unix seconds as ISO 8601 with milliseconds: "2024-01-20T12:00:00.000Z".

    Args:
        timestamp: Unix seconds; later than the year 9999 becomes its last second.
    """
    hour, second = divmod(min(timestamp, _LATEST), _HOUR)
    return _hours(hour) + _IN_AN_HOUR[second]


@lru_cache(maxsize=1 << 14)
def _hours(hour: int) -> str:
    """Of nearly all times the hour has been written before; that takes longest."""
    return datetime.fromtimestamp(hour * _HOUR, UTC).isoformat()[:14]


def _amount(value: object) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError('base units of USDC as decimal digits in a string, such as "20000000"')


def _time(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _ISO.fullmatch(value):
        moment = datetime.fromisoformat(value)
        if moment.year >= 1970:
            return int(moment.timestamp())
    raise ValueError('ISO 8601 with a zone, such as "2026-12-01T12:00:00.000Z"')


def _text_only(value: object) -> object:
    """JSON numbers lose digits in many languages, so none is taken for money or time."""
    if isinstance(value, str):
        return value
    raise PydanticCustomError("not_text", "A string is expected, not a number: see the format.")


def _named(kind: type[IntEnum]) -> BeforeValidator:
    def validate(value: object) -> IntEnum:
        if isinstance(value, kind):
            return value
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
        raise ValueError(f"one of {', '.join(kind.__members__)}")

    return BeforeValidator(validate)


def _address(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{40}", value, re.ASCII):
        return value
    raise ValueError("an address: 0x and 40 hexadecimal digits")


def _as_copied(value: str) -> str:
    address = read_address(value)
    if address is None:
        raise ValueError("an address as it was copied: its checksum is wrong")
    return address


def _hex(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"0x([0-9a-fA-F]{2})*", value, re.ASCII):
        return value
    raise ValueError("bytes: 0x and an even number of hexadecimal digits")


def _bounded(text: str) -> str:
    # A half of a character is no UTF-8; whoever encodes the call says so.
    length = len(text.encode(errors="surrogatepass"))
    if length > MAX_TEXT:
        raise PydanticCustomError(
            "text_too_long",
            "The text has {length} bytes of UTF-8: at most {max} are allowed.",
            {"length": length, "max": MAX_TEXT},
        )
    return text


def _text_schema(example: str, **more: Any) -> WithJsonSchema:  # noqa: ANN401 - JSON
    return WithJsonSchema({"type": "string", "examples": [example], **more})


def _names_schema(kind: type[IntEnum]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(kind.__members__)})


Amount = Annotated[
    int,
    BeforeValidator(_amount),
    PlainSerializer(str, return_type=str),
    _text_schema("100000000", pattern="^[0-9]{1,78}$"),
]
"""Base units of USDC; a decimal string in JSON."""

Time = Annotated[
    int,
    BeforeValidator(_time),
    PlainSerializer(iso_time, return_type=str),
    _text_schema("2026-12-01T12:00:00.000Z", format="date-time"),
]
"""Unix seconds; ISO 8601 with milliseconds and Z in JSON."""

SentAmount = Annotated[Amount, BeforeValidator(_text_only)]
"""An amount as it comes by HTTP: text alone."""

SentTime = Annotated[Time, BeforeValidator(_text_only)]
"""A time as it comes by HTTP: text alone."""

State = Annotated[
    RunState,
    _named(RunState),
    PlainSerializer(lambda state: state.name, return_type=str),
    _names_schema(RunState),
]
"""A run's state; its name in JSON."""

Status = Annotated[
    AgentStatus,
    _named(AgentStatus),
    PlainSerializer(lambda status: status.name, return_type=str),
    _names_schema(AgentStatus),
]
"""An agent's status; its name in JSON."""

Address = Annotated[
    str,
    BeforeValidator(_address),
    _text_schema("0x036CbD53842c5426634e7929541eC2318f3dCF7e", pattern="^0x[0-9a-fA-F]{40}$"),
]
"""An account or contract, as it came; the server prints checksum case."""

SentAddress = Annotated[Address, AfterValidator(_as_copied)]
"""One that money or leave goes to: where it is in mixed case, its checksum has to be right."""

Bytes = Annotated[str, BeforeValidator(_hex), _text_schema("0x", pattern="^0x([0-9a-fA-F]{2})*$")]
"""Bytes as 0x and hexadecimal digits."""

SentText = Annotated[
    str,
    AfterValidator(_bounded),
    Field(min_length=1),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT}),
]
"""A text for the contract: at most MAX_TEXT bytes of UTF-8; a schema counts characters only."""

Id = Annotated[int, Field(ge=0, le=INTEGER_MAX, strict=True)]
"""The number of a run or an agent."""
