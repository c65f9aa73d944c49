"""Write many rows at once, in the way that each kind of database takes them fastest.

The driver gets the rows as they are: SQLAlchemy makes the statement, and would copy each row first.
There is no way to change rows: they are removed and written anew. To PostgreSQL that is the same
work, since it never writes over a row, and rows that are new already go by COPY.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, tuple_
from sqlalchemy.dialects import sqlite

from agentescrow.store.driver import as_databases_fail

Values = tuple[Any, ...]
"""All columns of a row, in the table's order."""
Key = tuple[Any, ...]
"""The columns of a row's primary key."""

_KEYS_AT_ONCE: Final = 400


def append(connection: Connection, table: Table, rows: list[Values]) -> None:
    """Write rows that are not there yet.

    Args:
        connection: A transaction.
        table: Where to.
        rows: At least one.
    """
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.exec_driver_sql(_insert(table), rows)


def remove(connection: Connection, table: Table, keys: Sequence[Key]) -> None:
    """Delete rows.

    Args:
        connection: A transaction.
        table: Where from.
        keys: Of the rows.
    """
    for some in batched(keys):
        connection.execute(delete(table).where(having(table, some)))


def having(table: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    """The condition that a row has one of these keys.

    Args:
        table: Its table.
        keys: Not more than `batched` gives.
    """
    columns = table.primary_key.columns
    if len(columns) > 1:
        return tuple_(*columns).in_(keys)
    return next(iter(columns)).in_([key[0] for key in keys])


def batched(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """Keys, as many at a time as are good for one statement."""
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        yield keys[start : start + _KEYS_AT_ONCE]


@cache
def column_names(table: Table) -> tuple[str, ...]:
    """The columns of a table."""
    return tuple(column.name for column in table.columns)


@cache
def key_names(table: Table) -> tuple[str, ...]:
    """The columns of a table's primary key."""
    return tuple(column.name for column in table.primary_key.columns)


def _copy(connection: Connection, table: Table, rows: list[Values]) -> None:
    names = ", ".join(f'"{name}"' for name in column_names(table))
    driver: Any = connection.connection.driver_connection
    statement = f'COPY "{table.name}" ({names}) FROM STDIN'
    failing = as_databases_fail(connection.dialect, statement)
    with failing, driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@cache
def _insert(table: Table) -> str:
    """With places for values instead of their names: rows are tuples."""
    return str(insert(table).compile(dialect=sqlite.dialect(paramstyle="qmark")))
