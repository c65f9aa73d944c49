"""Project events into rows: each kind of event has one function, and nothing else changes a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import orjson

from agentescrow.chain.events import Event
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.registry import KINDS, EventKind
from agentescrow.store.bulk import Values
from agentescrow.store.changes import Changes
from agentescrow.store.schema import Table


def load(changes: Changes, entries: Iterable[Entry]) -> None:
    """Read the rows that `project` will change, many at once.

    Args:
        changes: Changes of the transaction.
        entries: All events of the transaction.
    """
    by_kind: defaultdict[type[Event], list[Event]] = defaultdict(list)
    for entry in entries:
        by_kind[type(entry.log.event)].append(entry.log.event)
    needed: defaultdict[Table, set[int | None]] = defaultdict(set)
    created: defaultdict[Table, set[int | None]] = defaultdict(set)
    for kind, some in by_kind.items():
        for table, number in KINDS[kind].needed:
            needed[table].update(map(number, some))
        for table, number in KINDS[kind].created:
            created[table].update(map(number, some))
    for table, numbers in needed.items():
        keys = (number for number in numbers - created[table] if number is not None)
        changes.load(table, [(key,) for key in sorted(keys)])


def project(changes: Changes, entries: Iterable[Entry]) -> None:
    """Turn events into changes of rows, in their order.

    Args:
        changes: Changes of the transaction.
        entries: Events of a block, or of many blocks that are not taken back one by one.
    """
    before: Event | None = None
    for entry in entries:
        event = entry.log.event
        kind = KINDS[type(event)]
        registered = kind.registered
        if registered is None:
            changes.add_event(_event_row(entry, event, kind))
        elif registered.only is None or registered.only(event):
            changes.add_event(_event_row(entry, event, kind))
            if registered.unless is None or not registered.unless(event, before):
                registered.project(changes, event, entry)
        else:
            continue
        before = event


def _event_row(entry: Entry, event: Event, kind: EventKind) -> Values:
    """Row of `events`, in the order of its columns."""
    log = entry.log
    return (
        log.block_number,
        log.log_index,
        log.contract,
        kind.name,
        *[number(event) for number in kind.numbers],
        log.tx_hash,
        entry.time,
        orjson.dumps(event, default=_hex).decode(),
    )


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(f"an event has a value of type {type(value).__name__}, which is not supported")
