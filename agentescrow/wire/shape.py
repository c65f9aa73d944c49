"""Base class of all shapes, and the types that they share: amounts, times, addresses, texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from inspect import cleandoc
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError

from agentescrow.addresses import read_address
from agentescrow.domain.constants import MAX_TEXT

INTEGER_MAX: Final = 2**63 - 1
"""Largest id and page number: a database holds no larger one."""

_DIGITS: Final = re.compile(r"[0-9]{1,78}", re.ASCII)
_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_LATEST: Final = 253_402_300_799  # last second of the year 9999

_HOUR: Final = 3_600
_WITHIN_HOUR: Final = [f"{second // 60:02}:{second % 60:02}.000Z" for second in range(_HOUR)]

_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.*(?:\n {5,}.*)*)", re.MULTILINE)


class Shape(BaseModel):
    """Base of all shapes.

    The `Attributes:` section of a class describes its properties in the JSON schema.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        frozen=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the shape by its docstring, and each property by its attribute."""
        schema = handler(core_schema)
        shown = handler.resolve_ref_schema(schema)
        shown["description"] = cleandoc(cls.__doc__ or "").partition("\n\nAttributes:\n")[0]
        described = dict(_attributes(cls))
        for name, field in cls.model_fields.items():
            shown["properties"][field.alias or name]["description"] = described.get(name, "")
        return schema


def _attributes(shape: type[Shape]) -> Iterator[tuple[str, str]]:
    """List the attributes that a shape's docstring and those of its bases describe."""
    for each in reversed(shape.__mro__):
        section = cleandoc(each.__doc__ or "").partition("Attributes:\n")[2]
        for name, text in _ATTRIBUTE.findall(section):
            yield name, " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Column:
    """Metadata of a field: the attribute of a row that it shows, if that has another name.

    Attributes:
        name: Name of the attribute.
    """

    name: str


@lru_cache(maxsize=1 << 14)
def iso_time(timestamp: int) -> str:
    """Write unix seconds as ISO 8601 with milliseconds: "2024-01-20T12:00:00.000Z".

    Args:
        timestamp: Unix seconds; later than the year 9999 becomes its last second.
    """
    hour, second = divmod(min(timestamp, _LATEST), _HOUR)
    return _hours(hour) + _WITHIN_HOUR[second]


@lru_cache(maxsize=1 << 14)
def _hours(hour: int) -> str:
    # Cached by the hour, because the calendar takes longest and most times share their hour.
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
    raise ValueError('ISO 8601 with a time zone, such as "2026-12-01T12:00:00.000Z"')


def _text_only(value: object) -> object:
    # Many languages lose digits of JSON numbers, so money and times are never numbers.
    if isinstance(value, str):
        return value
    raise PydanticCustomError("not_text", "Input should be a string, not a number: see the format")


def name_validator(kind: type[IntEnum]) -> BeforeValidator:
    """Accept a member of an enum, or its name."""

    def validate(value: object) -> IntEnum:
        if isinstance(value, kind):
            return value
        if isinstance(value, str) and value in kind.__members__:
            return kind[value]
        raise ValueError(f"one of {', '.join(kind.__members__)}")

    return BeforeValidator(validate)


def name_serializer(kind: type[IntEnum]) -> PlainSerializer:
    """Write a member of an enum, or its number, as its name; the numbers have no gaps."""
    return PlainSerializer([member.name for member in kind].__getitem__, return_type=str)


def name_schema(kind: type[IntEnum]) -> WithJsonSchema:
    """Describe the names of an enum."""
    return WithJsonSchema({"type": "string", "enum": list(kind.__members__)})


def _address(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{40}", value, re.ASCII):
        return value
    raise ValueError("an address: 0x and 40 hexadecimal digits")


def _with_checksum(value: str) -> str:
    address = read_address(value)
    if address is None:
        raise ValueError("an address with a valid checksum: this one has a typing error")
    return address


def _hex(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"0x([0-9a-fA-F]{2})*", value, re.ASCII):
        return value
    raise ValueError("bytes: 0x and an even number of hexadecimal digits")


def _bounded(text: str) -> str:
    # Lone surrogates pass here: the call's encoder refuses them with a message of its own.
    length = len(text.encode(errors="surrogatepass"))
    if length > MAX_TEXT:
        raise PydanticCustomError(
            "text_too_long",
            "The text has {length} bytes of UTF-8; at most {max} are allowed.",
            {"length": length, "max": MAX_TEXT},
        )
    return text


def _text_schema(example: str, **more: Any) -> WithJsonSchema:  # noqa: ANN401 - JSON
    return WithJsonSchema({"type": "string", "examples": [example], **more})


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
"""An amount in a request: text only."""

SentTime = Annotated[Time, BeforeValidator(_text_only)]
"""A time in a request: text only."""

Address = Annotated[
    str,
    BeforeValidator(_address),
    _text_schema("0x036CbD53842c5426634e7929541eC2318f3dCF7e", pattern="^0x[0-9a-fA-F]{40}$"),
]
"""Address of an account or a contract, in any case; the server writes checksum case."""

SentAddress = Annotated[Address, AfterValidator(_with_checksum)]
"""An address that gets money or permission: in mixed case, its checksum must be right."""

Bytes = Annotated[str, BeforeValidator(_hex), _text_schema("0x", pattern="^0x([0-9a-fA-F]{2})*$")]
"""Bytes as 0x and hexadecimal digits."""

SentText = Annotated[
    str,
    AfterValidator(_bounded),
    Field(min_length=1),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT}),
]
"""A text for the contract: 1 to MAX_TEXT bytes of UTF-8; JSON schemas count characters only."""

Id = Annotated[int, Field(ge=0, le=INTEGER_MAX, strict=True)]
"""Number of a run or an agent."""
