"""Write many rows at once, in the way that each kind of database takes them fastest.

The driver gets the rows as they are: SQLAlchemy makes the statement, and would copy each row first.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, Table, and_, bindparam, delete, insert
from sqlalchemy.dialects import postgresql, sqlite

Values = tuple[Any, ...]
"""All columns of a row, in the table's order."""
Key = tuple[Any, ...]
"""The columns of a row's primary key."""


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
        connection.exec_driver_sql(_insert(table, connection.dialect.name), rows)


def upsert(connection: Connection, table: Table, rows: list[Values]) -> None:
    """Write rows, in the place of those with the same keys where there are any.

    Args:
        connection: A transaction.
        table: Where to.
        rows: At least one.
    """
    connection.exec_driver_sql(_upsert(table, connection.dialect.name), rows)


def remove(connection: Connection, table: Table, keys: list[Key]) -> None:
    """Delete rows.

    Args:
        connection: A transaction.
        table: Where from.
        keys: Of the rows, at least one.
    """
    connection.exec_driver_sql(_delete(table, connection.dialect.name), keys)


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
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@cache
def _insert(table: Table, dialect: str) -> str:
    return _as_text(insert(table), dialect)


@cache
def _upsert(table: Table, dialect: str) -> str:
    # Both speak the same, but SQLAlchemy has a class for each.
    insertion = sqlite.insert(table) if dialect == "sqlite" else _as_postgresql(table)
    names = key_names(table)
    others = {c.name: insertion.excluded[c.name] for c in table.columns if c.name not in names}
    if not others:
        return _as_text(insertion.on_conflict_do_nothing(), dialect)
    replacing = insertion.on_conflict_do_update(index_elements=list(names), set_=others)
    return _as_text(replacing, dialect)


def _as_postgresql(table: Table) -> Any:  # noqa: ANN401 - of the other dialect
    return postgresql.insert(table)


@cache
def _delete(table: Table, dialect: str) -> str:
    columns = table.primary_key.columns
    found = delete(table).where(and_(*(c == bindparam(f"key_{c.name}") for c in columns)))
    return _as_text(found, dialect)


def _as_text(statement: ClauseElement, dialect: str) -> str:
    """With places for values instead of their names: rows are tuples."""
    if dialect == "sqlite":
        return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))
    dialect_of_psycopg = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect_of_psycopg))
