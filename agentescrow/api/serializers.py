"""Serializers, which write rows as the JSON of the shapes in `wire`.

`serializer` compiles one from a shape, so each field stands in its shape only. Nothing is validated
on the way out: the database holds what the contracts accepted, and tests compare the answers with
the shapes. Here are also the serializers of the shapes that have no noun: pages, events, requests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import orjson
from pydantic import PlainSerializer
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from agentescrow.domain.constants import MAX_TEXT
from agentescrow.store.people.relays import PENDING, Relay
from agentescrow.store.schema import AnyRow
from agentescrow.wire.events import Event
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.relay import RelayStatus, SignedRequest
from agentescrow.wire.shape import Column, Shape

Json = dict[str, Any]

_ELLIPSIS: Final = "…"


def serializer(shape: type[Shape], *given: str, **constants: object) -> Callable[..., Json]:
    """Compile a function that writes a row as the JSON of a shape.

    The function takes the row, then the given values in their order, which may also be passed by
    name. Every other field is read from the row, from the attribute of the field's name or of its
    `Column`. Values are encoded as the field's type says, so an amount is an int here, too. The
    compiled code is a dictionary literal, as fast as one written by hand.

    Args:
        shape: Shape to write; its fields with `exclude_if` are left out.
        given: Fields whose values are passed. If all are, the function takes no row.
        constants: JSON of fields that are always the same.

    Example:
        >>> serialize = serializer(Run, "due_at")
        >>> serialize(row, due_at=1_700_000_000)["dueAt"]
        '2023-11-14T22:13:20.000Z'
    """
    unknown = {*given, *constants} - shape.model_fields.keys()
    if unknown:
        raise ValueError(f"{shape.__name__} has no field {', '.join(sorted(unknown))}")
    scope: dict[str, Any] = {}
    items, parameters = [], list(given)
    for name, field in shape.model_fields.items():
        if field.exclude_if is not None:
            continue
        if name in constants:
            value = repr(constants[name])
        elif name in given:
            value = _expression(name, name, field, scope)
        else:
            value = _expression(f"row.{_column(name, field)}", name, field, scope)
            if "row" not in parameters:
                parameters.insert(0, "row")
        items.append(f"{field.alias!r}: {value}")
    exec(f"def serialize({', '.join(parameters)}):\n    return {{{', '.join(items)}}}", scope)
    compiled: Callable[..., Json] = scope["serialize"]
    return compiled


def _column(name: str, field: FieldInfo) -> str:
    return next((each.name for each in field.metadata if isinstance(each, Column)), name)


def _expression(value: str, name: str, field: FieldInfo, scope: dict[str, Any]) -> str:
    """Write the expression that encodes a value, and put its encoder into scope."""
    kind, metadata = field.annotation, list(field.metadata)
    is_nullable = get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind)
    if is_nullable:
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        if get_origin(kind) is Annotated:
            kind, *inner = get_args(kind)
            metadata += inner
    encoders = [each.func for each in metadata if isinstance(each, PlainSerializer)]
    if not encoders and kind is bool:
        encoders = [bool]  # SQLite has none
    if not encoders:
        return value
    encoder = f"encode_{name}"
    scope[encoder] = encoders[-1]
    if is_nullable:
        return f"None if (value := {value}) is None else {encoder}(value)"
    return f"{encoder}({value})"


_pagination: Final = serializer(Pagination, *Pagination.model_fields)
_event: Final = serializer(Event, "id", "data")
_relay_status: Final = serializer(RelayStatus, "status_url")
_signed_request: Final = serializer(SignedRequest, "status_url", "function", "run_id")


def serialize_pagination(page: int, limit: int, total: int, next_cursor: str | None) -> Json:
    """Write the position of a page in a list.

    Args:
        page: Number of the page.
        limit: Maximum number of items on a page.
        total: Number of items in the whole list.
        next_cursor: Cursor of the next page, or None.
    """
    return _pagination(page, limit, total, -(-total // limit), next_cursor)


def serialize_event(row: AnyRow) -> Json:
    """Write a row of `events`; long texts are cut, because there may be many events."""
    values = {_solidity_name(key): _value(value) for key, value in orjson.loads(row.data).items()}
    return _event(row, f"{row.block_number}:{row.log_index}", values)


def serialize_removed_event(row: AnyRow) -> Json:
    """Write a row of `taken_back`, an event that a reorganisation has removed."""
    return {**serialize_event(row), "removed": True}


def serialize_relay_status(relay: Relay) -> Json:
    """Write the status of a signed request."""
    return _relay_status(relay, _status_url(relay))


def serialize_signed_request(relay: Relay) -> Json:
    """Write a signed request, without its call while others could still make it first."""
    if relay.status == PENDING:
        return _signed_request(relay, _status_url(relay), function=None, run_id=None)
    return _signed_request(relay, _status_url(relay), relay.function, relay.run_id)


def cut_text(text: str) -> str:
    """Cut a text to the length that the contracts allow; the identity registry has no limit."""
    written = text.encode(errors="replace")
    if len(written) <= MAX_TEXT:
        return text
    return written[: MAX_TEXT - len(_ELLIPSIS.encode())].decode(errors="ignore") + _ELLIPSIS


def _status_url(relay: Relay) -> str:
    return f"/api/requests/{relay.request_id}"


@cache
def _solidity_name(name: str) -> str:
    """Give the contract's name of an event's value: `deliverableURI`, and `from` for `from_`."""
    camel = to_camel(name.rstrip("_"))
    return camel.removesuffix("Uri") + "URI" if camel.endswith("Uri") else camel


def _value(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return cut_text(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
