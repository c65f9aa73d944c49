"""Subjects of events: for each, a column of `events` with an index, and a filter of the feed.

A new noun adds a line to `SUBJECTS`, and the columns by a migration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Subject:
    """Kind of thing that an event is about.

    Attributes:
        column: Column of `events`.
        fields: Fields of event classes that hold the number; the first that a class has counts.
    """

    column: str
    fields: tuple[str, ...]


RUN: Final = Subject("run_id", ("run_id",))
AGENT: Final = Subject("agent_id", ("agent_id", "token_id"))

SUBJECTS: Final = (RUN, AGENT)
"""In the order of the columns, which digests depend on."""
