"""The rows that a transaction of the indexer changes: in memory first, then all at once.

A row is read once, changed as often as events say, and written once, however many blocks the
transaction has. At the end of each block what its rows are goes into the digest and into the counts
of runs, and, where the block may be taken back, what they were before it into `undo`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, select

from agentescrow.store import bulk, digest
from agentescrow.store.bulk import Key, Values, batched, column_names, having, key_names
from agentescrow.store.kernel_tables import events, undo
from agentescrow.store.schema import Kind, tables_of
from agentescrow.store.totals import COUNTED

Row = dict[str, Any]
"""A row that can be changed, in the order of the table's columns."""


@dataclass(slots=True)
class _Held:
    """A row in memory; None where there is none.

    Args:
        stored: As it is in the database.
        before: As it was at the end of the last block.
        row: As it is now.
    """

    stored: Values | None
    before: Values | None
    row: Row | None
    _image: bytes | None = None

    def image(self) -> bytes | None:
        """The row at the end of the last block, as JSON."""
        if self._image is None and self.before is not None:
            self._image = orjson.dumps(self.before)
        return self._image

    def end_block(self, after: Values | None) -> None:
        """The row at the end of the next block."""
        self.before, self._image = after, None


class _Changed(NamedTuple):
    """A row that a block has changed."""

    table: Table
    key: Key
    held: _Held
    after: Values | None


class Changes:
    """All changes of one transaction.

    Attributes:
        digest: Of all rows, as they were at the end of the last block.
    """

    def __init__(self, connection: Connection, rows_digest: int) -> None:
        """Begin.

        Args:
            connection: The transaction.
            rows_digest: Of all rows, as they are in the database.
        """
        self._connection = connection
        self._held: dict[Table, dict[Key, _Held]] = {}
        self._touched: dict[Table, set[Key]] = {}  # by this block
        self._events: list[Values] = []
        self._events_before = 0  # how many of them the last block had already
        self._images: list[Values] = []
        self._in_digest = frozenset(tables_of(Kind.CHAIN))
        self.digest = rows_digest

    def load(self, table: Table, keys: Collection[Key]) -> None:
        """Read rows that will be asked for, many at once.

        Args:
            table: Where they are.
            keys: Their primary keys.
        """
        held = self._of(table)
        missing = [key for key in dict.fromkeys(keys) if key not in held]
        held.update((key, _Held(None, None, None)) for key in missing)
        for wanted in batched(missing):
            for found in self._connection.execute(select(table).where(having(table, wanted))):
                before = tuple(found)
                row = dict(zip(column_names(table), before, strict=True))
                held[_key_of(table, row)] = _Held(before, before, row)

    def get(self, table: Table, *key: Any) -> Row | None:  # noqa: ANN401 - a key
        """A row to look at, or None; change what `change` returns.

        Args:
            table: Where it is.
            key: Its primary key.
        """
        return self._hold(table, key).row

    def change(self, table: Table, *key: Any) -> Row | None:  # noqa: ANN401 - a key
        """A row to be changed, or None where there is none."""
        row = self._hold(table, key).row
        self._touched[table].add(key)
        return row

    def put(self, table: Table, row: Row) -> Row:
        """A new row, or another one in the place of one with the same key."""
        row = {name: row[name] for name in column_names(table)}
        key = _key_of(table, row)
        self._hold(table, key).row = row
        self._touched[table].add(key)
        return row

    def put_new(self, table: Table, row: Row) -> Row:
        """A new row whose key was never used before, so that nothing has to be read.

        Args:
            table: Where to.
            row: All columns, in the table's order.
        """
        key = _key_of(table, row)
        self._of(table)[key] = _Held(None, None, row)
        self._touched[table].add(key)
        return row

    def remove(self, table: Table, *key: Any) -> None:  # noqa: ANN401 - a key
        """No row any more; nothing happens where there is none."""
        self._hold(table, key).row = None
        self._touched[table].add(key)

    def add_event(self, row: Values) -> None:
        """A row of `events`."""
        self._events.append(row)

    def end_block(self, block: int | None = None) -> None:
        """Account for everything since the last block ended.

        Args:
            block: Its number, where it may be taken back; None for any number of blocks that never
                will be.
        """
        changed = list(self._changed())
        changed += [*self._recounted(changed)]
        if block is not None:
            self._images += _images(block, changed)
        self.digest -= self._digest_of(changed)
        for change in changed:
            change.held.end_block(change.after)
        self.digest += self._digest_of(changed)
        self.digest += _digest_of_events(self._events[self._events_before :])
        self.digest = digest.total(self.digest)
        self._events_before = len(self._events)
        self._touched = {table: set() for table in self._held}

    def write(self) -> None:
        """Write everything that blocks have ended with."""
        for table, held in self._held.items():
            self._write(table, {key: row for key, row in held.items() if row.before != row.stored})
        for table, rows in ((events, self._events), (undo, self._images)):
            if rows:
                bulk.append(self._connection, table, rows)
        self._events, self._events_before, self._images = [], 0, []

    def _of(self, table: Table) -> dict[Key, _Held]:
        held = self._held.get(table)
        if held is None:
            held = self._held[table] = {}
            self._touched[table] = set()
        return held

    def _hold(self, table: Table, key: Key) -> _Held:
        held = self._of(table).get(key)
        if held is None:
            self.load(table, [key])
            held = self._held[table][key]
        return held

    def _changed(self) -> Iterator[_Changed]:
        for table, keys in self._touched.items():
            all_held = self._held[table]
            for key in keys:
                held = all_held[key]
                after = None if held.row is None else tuple(held.row.values())
                if after != held.before:
                    yield _Changed(table, key, held, after)

    def _recounted(self, changed: list[_Changed]) -> Iterator[_Changed]:
        """Changed counts that follow from changed rows."""
        for table, counted in COUNTED.items():
            if table not in self._held:
                continue
            rows = [(each.held.before, each.after) for each in changed if each.table is table]
            moved = counted.differences(
                [before for before, _ in rows if before], [after for _, after in rows if after]
            )
            self.load(counted.counts, moved.keys())
            for key, more in moved.items():
                held = self._held[counted.counts][key]
                count = more + (held.before[-1] if held.before else 0)
                after = (*key, count) if count else None
                yield _Changed(counted.counts, key, held, after)

    def _digest_of(self, changed: list[_Changed]) -> int:
        """Digest of changed rows as of the end of the last block."""
        images = ((c.table.name, c.held.image()) for c in changed if c.table in self._in_digest)
        return sum(digest.row_digest(name, image) for name, image in images if image is not None)

    def _write(self, table: Table, changed: dict[Key, _Held]) -> None:
        gone = [key for key, held in changed.items() if held.stored is not None]
        rows = [held.before for held in changed.values() if held.before is not None]
        bulk.remove(self._connection, table, gone)
        if rows:
            bulk.append(self._connection, table, rows)
        for held in changed.values():
            held.stored = held.before


def _images(block: int, changed: list[_Changed]) -> Iterator[Values]:
    """Rows of `undo`: what takes a block back."""
    for position, (table, key, held, _) in enumerate(changed):
        image = held.image()
        row = None if image is None else image.decode()
        yield (block, position, table.name, orjson.dumps(key).decode(), row)


def _digest_of_events(rows: list[Values]) -> int:
    return sum(digest.row_digest(events.name, orjson.dumps(row)) for row in rows)


def _key_of(table: Table, row: Row) -> Key:
    return tuple(row[name] for name in key_names(table))
