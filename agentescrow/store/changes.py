"""The rows that a transaction of the indexer changes: in memory first, then all at once.

A row is read once, changed as often as events say, and written once. What it was before goes into
the digest, into the counts of runs, and, where the block may be taken back, into `undo`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Table, select, tuple_

from agentescrow.store import bulk, digest
from agentescrow.store.bulk import Key, Row
from agentescrow.store.tables import FROM_CHAIN, events, run_counts, runs, undo
from agentescrow.store.totals import differences

Values = tuple[Any, ...]

_KEYS_AT_ONCE: Final = 400
_STATE: Final = list(runs.c.keys()).index("state")
_REWARD: Final = list(runs.c.keys()).index("reward")


@dataclass(slots=True)
class _Held:
    """A row in memory: as it is in the database (None: not there), and as it is to be."""

    before: Values | None
    row: Row | None


class Changed(NamedTuple):
    """A row of which the database is to learn."""

    table: Table
    key: Key
    before: Values | None
    after: Values | None


class Changes:
    """All changes of one transaction.

    Attributes:
        digest: Of all rows, as far as they are flushed.
    """

    def __init__(self, connection: Connection, rows_digest: int) -> None:
        """Begin.

        Args:
            connection: The transaction.
            rows_digest: Of all rows, as they are in the database.
        """
        self._connection = connection
        self._held: dict[str, dict[Key, _Held]] = {}
        self._touched: dict[str, set[Key]] = {}
        self._tables: dict[str, Table] = {}
        self._events: list[Row] = []
        self.digest = rows_digest

    def load(self, table: Table, keys: Collection[Key]) -> None:
        """Read rows that will be asked for, many at once.

        Args:
            table: Where they are.
            keys: Their primary keys.
        """
        held = self._of(table)
        missing = [key for key in dict.fromkeys(keys) if key not in held]
        for start in range(0, len(missing), _KEYS_AT_ONCE):
            wanted = missing[start : start + _KEYS_AT_ONCE]
            held.update((key, _Held(None, None)) for key in wanted)
            columns = table.primary_key.columns
            name = tuple_(*columns) if len(columns) > 1 else next(iter(columns))
            values = wanted if len(columns) > 1 else [key[0] for key in wanted]
            for found in self._connection.execute(select(table).where(name.in_(values))):
                before = tuple(found)
                row = dict(zip(table.c.keys(), before, strict=True))
                held[_key_of(table, row)] = _Held(before, row)

    def get(self, table: Table, *key: Any) -> Row | None:  # noqa: ANN401 - a key
        """A row to look at, or None; change what `change` returns.

        Args:
            table: Where it is.
            key: Its primary key.
        """
        held = self._of(table).get(key)
        if held is None:
            self.load(table, [key])
            held = self._of(table)[key]
        return held.row

    def change(self, table: Table, *key: Any) -> Row | None:  # noqa: ANN401 - a key
        """A row to be changed, or None where there is none."""
        row = self.get(table, *key)
        self._touched[table.name].add(key)
        return row

    def put(self, table: Table, row: Row) -> Row:
        """A new row, or another one in the place of one with the same key."""
        row = _in_order(table, row)
        key = _key_of(table, row)
        self.get(table, *key)
        self._of(table)[key].row = row
        self._touched[table.name].add(key)
        return row

    def put_new(self, table: Table, row: Row) -> Row:
        """A new row whose key was never used before, so that nothing has to be read."""
        row = _in_order(table, row)
        key = _key_of(table, row)
        self._of(table)[key] = _Held(None, row)
        self._touched[table.name].add(key)
        return row

    def remove(self, table: Table, *key: Any) -> None:  # noqa: ANN401 - a key
        """No row any more; nothing happens where there is none."""
        self.get(table, *key)
        self._of(table)[key].row = None
        self._touched[table.name].add(key)

    def add_event(self, row: Row) -> None:
        """A row of `events`."""
        self._events.append(row)

    def flush(self, block: int | None = None) -> None:
        """Write everything.

        Args:
            block: The block that all changes since the last flush belong to, where it may be taken
                back; None where it never will be.
        """
        changed = list(self._changed())
        changed += self._recounted(changed)
        self._write(changed)
        if block is not None:
            self._remember(block, changed)
        self.digest = digest.total(self.digest + self._difference(changed))
        for change in changed:
            self._of(change.table)[change.key].before = change.after
        self._touched = {name: set() for name in self._touched}
        self._events = []

    def _of(self, table: Table) -> dict[Key, _Held]:
        held = self._held.get(table.name)
        if held is None:
            held = self._held[table.name] = {}
            self._touched[table.name] = set()
            self._tables[table.name] = table
        return held

    def _changed(self) -> Iterator[Changed]:
        for name, keys in self._touched.items():
            table = self._tables[name]
            held = self._held[name]
            for key in keys:
                before, row = held[key].before, held[key].row
                after = None if row is None else tuple(row.values())
                if after != before:
                    yield Changed(table, key, before, after)

    def _recounted(self, changed: list[Changed]) -> list[Changed]:
        """The counts of runs that follow from changed runs."""
        of_runs = [change for change in changed if change.table is runs]
        moved = differences(
            [(c.before[_STATE], c.before[_REWARD]) for c in of_runs if c.before],
            [(c.after[_STATE], c.after[_REWARD]) for c in of_runs if c.after],
        )
        self.load(run_counts, moved.keys())
        recounted = []
        for key, more in moved.items():
            held = self._of(run_counts)[key]
            count = more + (held.before[-1] if held.before else 0)
            after = (*key, count) if count else None
            held.row = dict(zip(run_counts.c.keys(), after, strict=True)) if after else None
            recounted.append(Changed(run_counts, key, held.before, after))
        return recounted

    def _write(self, changed: list[Changed]) -> None:
        for table in dict.fromkeys(change.table for change in changed):
            mine = [change for change in changed if change.table is table]
            rows = (self._held[table.name][c.key].row for c in mine)
            written = [row for row in rows if row is not None]
            removed = [c.key for c in mine if c.after is None]
            if written:
                bulk.upsert(self._connection, table, written)
            if removed:
                bulk.remove(self._connection, table, removed)
        if self._events:
            bulk.append(self._connection, events, self._events)

    def _remember(self, block: int, changed: list[Changed]) -> None:
        if changed:
            images = [
                {
                    "block_number": block,
                    "position": position,
                    "table": change.table.name,
                    "key": orjson.dumps(change.key).decode(),
                    "row": None if change.before is None else orjson.dumps(change.before).decode(),
                }
                for position, change in enumerate(changed)
            ]
            bulk.append(self._connection, undo, images)

    def _difference(self, changed: list[Changed]) -> int:
        difference = sum(
            digest.row_digest(events.name, tuple(row.values())) for row in self._events
        )
        for table, _, before, after in changed:
            if table in FROM_CHAIN:
                difference += digest.row_digest(table.name, after) if after else 0
                difference -= digest.row_digest(table.name, before) if before else 0
        return difference


def _in_order(table: Table, row: Row) -> Row:
    return {name: row[name] for name in table.c.keys()}  # noqa: SIM118 - a collection of columns


def _key_of(table: Table, row: Row) -> Key:
    return tuple(row[name] for name in bulk.key_names(table))
