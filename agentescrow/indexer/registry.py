"""Registry of projections: which function turns an event into row changes, which rows it needs.

Nouns fill it when their modules in `projections/` are imported, which `nouns` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, TypeVar

from agentescrow.chain.events import Event
from agentescrow.indexer.batch import Entry
from agentescrow.store.changes import Changes
from agentescrow.store.schema import Table
from agentescrow.store.subjects import SUBJECTS, Subject

Projection = Callable[[Changes, Any, Entry], None]
P = TypeVar("P", bound=Projection)

Number = Callable[[Event], int | None]
"""Reads the number of a subject from an event."""


@dataclass(frozen=True, slots=True)
class Registered:
    """Function that turns one kind of event into row changes.

    Attributes:
        project: The function.
        only: Whether an event is indexed at all; None: every one is.
        unless: Whether an event changes no row, given it and the event before it in its block.
    """

    project: Projection
    only: Callable[[Any], bool] | None
    unless: Callable[[Any, Event | None], bool] | None


@dataclass(frozen=True, slots=True)
class Needed:
    """Rows that the events about a subject change.

    Attributes:
        subject: Subject whose number is the primary key.
        table: Table of the rows.
        created_by: Kind of event that creates such a row, so that none has to be read.
    """

    subject: Subject
    table: Table
    created_by: type[Event] | None


PROJECTIONS: Final[dict[type[Event], Registered]] = {}
NEEDED: Final[list[Needed]] = []


def projects(
    kind: type[Event],
    *,
    only: Callable[[Any], bool] | None = None,
    unless: Callable[[Any, Event | None], bool] | None = None,
) -> Callable[[P], P]:
    """Register the decorated function for a kind of event.

    Args:
        kind: Class of the event.
        only: Whether an event is indexed at all.
        unless: Whether an event changes no row, given it and the event before it in its block.

    Raises:
        ValueError: The kind already has a function.
    """

    def register(function: P) -> P:
        if kind in PROJECTIONS:
            raise ValueError(f"{kind.__name__} is projected twice")
        PROJECTIONS[kind] = Registered(function, only, unless)
        return function

    return register


def needs(subject: Subject, table: Table, *, created_by: type[Event] | None = None) -> None:
    """Register a table whose rows the events about a subject change.

    Args:
        subject: Subject whose number is the primary key.
        table: Table of the rows.
        created_by: Kind of event that creates such a row under a number that was never used.
    """
    NEEDED.append(Needed(subject, table, created_by))


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event as the kernel handles it.

    Attributes:
        name: Name of the event.
        numbers: Reads the number of each subject, None for those the event is not about.
        needed: Tables with the numbers of rows to read before the event is projected.
        created: Tables with the numbers of rows that the event creates.
        registered: Projection, or None if the event changes no row.
    """

    name: str
    numbers: tuple[Number, ...]
    needed: tuple[tuple[Table, Number], ...]
    created: tuple[tuple[Table, Number], ...]
    registered: Registered | None

    @classmethod
    def of(cls, kind: type[Event]) -> EventKind:
        """Describe a kind of event by its fields and by what nouns have registered."""
        known = {field.name for field in fields(kind)}
        numbers = {subject: _number(subject.fields, known) for subject in SUBJECTS}
        about = [each for each in NEEDED if known.intersection(each.subject.fields)]
        return cls(
            kind.__name__,
            tuple(numbers.values()),
            tuple((each.table, numbers[each.subject]) for each in about),
            tuple((each.table, numbers[each.subject]) for each in about if each.created_by is kind),
            PROJECTIONS.get(kind),
        )


class _Kinds(dict[type[Event], EventKind]):
    def __missing__(self, kind: type[Event]) -> EventKind:
        self[kind] = found = EventKind.of(kind)
        return found


KINDS: Final = _Kinds()
"""Every kind of event, described when it is first met."""


def _number(names: Sequence[str], known: set[str]) -> Number:
    found = next((name for name in names if name in known), None)
    return attrgetter(found) if found else _none


def _none(_event: Event) -> None:
    return None
