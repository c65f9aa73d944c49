"""The rows that a transaction of the indexer changes: in memory first, then all at once.

A row is read once, changed as often as events say, and written once. What it was before goes into
the digest, into the counts of runs, and, where the block may be taken back, into `undo`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    ClauseElement,
    Connection,
    Dialect,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from agentescrow.store import digest
from agentescrow.store.tables import FROM_CHAIN, events, run_counts, runs, undo
from agentescrow.store.totals import differences

Key = tuple[Any, ...]
Row = dict[str, Any]
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
        dialect = self._connection.dialect.name
        for table in dict.fromkeys(change.table for change in changed):
            mine = [change for change in changed if change.table is table]
            rows = (self._held[table.name][c.key].row for c in mine)
            written = [row for row in rows if row is not None]
            removed = [c.key for c in mine if c.after is None]
            if written:
                self._execute(_upsert(table, dialect), written)
            if removed:
                names = [f"key_{column.name}" for column in table.primary_key.columns]
                keys = [dict(zip(names, key, strict=True)) for key in removed]
                self._execute(_delete(table), keys)
        if self._events:
            self._append(events, self._events)

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
            self._append(undo, images)

    def _append(self, table: Table, rows: list[Row]) -> None:
        """Rows that nobody has written before."""
        if self._connection.dialect.name == "postgresql":
            self._copy(table, rows)
        else:
            self._execute(_insert(table), rows)

    def _copy(self, table: Table, rows: list[Row]) -> None:
        """Many rows at once, in the way that PostgreSQL takes them fastest."""
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(_copy_into(table)) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))

    def _execute(self, statement: ClauseElement, rows: list[Row]) -> None:
        """For many rows: the driver takes them as they are, SQLAlchemy would copy each first."""
        self._connection.exec_driver_sql(_as_text(statement, self._connection.dialect), rows)

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
    return tuple(row[name] for name in _key_names(table))


@cache
def _key_names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


@cache
def _as_text(statement: ClauseElement, dialect: Dialect) -> str:
    return str(statement.compile(dialect=dialect))


@cache
def _copy_into(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'COPY "{table.name}" ({names}) FROM STDIN'


@cache
def _insert(table: Table) -> ClauseElement:
    return insert(table)


@cache
def _upsert(table: Table, dialect: str) -> ClauseElement:
    # Both speak the same, but SQLAlchemy has a class for each.
    insertion = sqlite.insert(table) if dialect == "sqlite" else _as_postgresql(table)
    names = _key_names(table)
    others = {c.name: insertion.excluded[c.name] for c in table.columns if c.name not in names}
    if not others:
        return insertion.on_conflict_do_nothing()
    return insertion.on_conflict_do_update(index_elements=list(names), set_=others)


def _as_postgresql(table: Table) -> Any:  # noqa: ANN401 - of the other dialect
    return postgresql.insert(table)


@cache
def _delete(table: Table) -> ClauseElement:
    columns = table.primary_key.columns
    return delete(table).where(and_(*(c == bindparam(f"key_{c.name}") for c in columns)))
