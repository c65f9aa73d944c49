"""What a call that was done says of it: an event, with the values that were asked for.

One transaction may hold the calls of many, in a multicall or in the batch of a smart account, and a
node may show anything; so an event of the right kind alone is no sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar, cast

from agentescrow.addresses import read_address
from agentescrow.chain import events
from agentescrow.chain.events import Event, RunCreated
from agentescrow.domain.actions import Action
from agentescrow.domain.runs.terms import RunTerms

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[E]):
    """The event by which a call is known to have been done.

    Args:
        kind: Class of the event.
        values: Its fields by name, as far as the caller has asked for them.
    """

    kind: type[E]
    values: Mapping[str, object]

    def __call__(self, event: Event) -> bool:
        """Whether an event is the one."""
        return isinstance(event, self.kind) and all(
            _same(getattr(event, name), value) for name, value in self.values.items()
        )

    def among(self, events: Iterable[Event]) -> E | None:
        """The last event that is the one; None where there is none.

        Args:
            events: Of a receipt.
        """
        found = [event for event in events if self(event)]
        return cast(E, found[-1]) if found else None


def outcome_of(action: Action[Any], *values: object) -> Outcome[Event]:
    """The event that an action emits for these arguments.

    Args:
        action: Row of an action table.
        values: The call's arguments; those that the event has a field for are compared.
    """
    kind: type[Event] = getattr(events, action.event)
    known = {field.name for field in fields(kind)}
    given = zip(action.parameters, values, strict=True)
    return Outcome(kind, {name: value for name, value in given if name in known})


def run_created(poster: str, terms: RunTerms, uri: str) -> Outcome[RunCreated]:
    """A run of these terms.

    Args:
        poster: Who posts it.
        terms: All of them.
        uri: Of the description.
    """
    values = {
        "poster": poster,
        "ipfs_hash": uri,
        "reward": terms.reward,
        "deadline": terms.deadline,
        "review_days": terms.review_days,
        "max_revisions": terms.max_revisions,
        "min_status": terms.min_status,
    }
    return Outcome(RunCreated, values)


def _same(said: object, meant: object) -> bool:
    """Whether both are the same value; addresses may be in any case."""
    if said == meant:
        return True
    address = read_address(said)
    return address is not None and address == read_address(meant)
