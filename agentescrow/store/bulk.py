"""Write many rows at once, in the way that each kind of database takes them fastest.

The driver gets the rows as they are: SQLAlchemy makes the statement, and would copy each row first.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Connection,
    Dialect,
    Table,
    and_,
    bindparam,
    delete,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]
Key = tuple[Any, ...]


def append(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Write rows that nobody has written before.

    Args:
        connection: A transaction.
        table: Where to.
        rows: At least one; all with the same columns in the same order.
    """
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        _execute(connection, _insert(table), rows)


def upsert(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Write rows, in the place of those with the same keys where there are any.

    Args:
        connection: A transaction.
        table: Where to.
        rows: At least one; all columns of each.
    """
    _execute(connection, _upsert(table, connection.dialect.name), rows)


def remove(connection: Connection, table: Table, keys: list[Key]) -> None:
    """Delete rows.

    Args:
        connection: A transaction.
        table: Where from.
        keys: Their primary keys, at least one.
    """
    names = [f"key_{name}" for name in key_names(table)]
    rows = [dict(zip(names, key, strict=True)) for key in keys]
    _execute(connection, _delete(table), rows)


@cache
def key_names(table: Table) -> tuple[str, ...]:
    """The columns of a table's primary key."""
    return tuple(column.name for column in table.primary_key.columns)


def _copy(connection: Connection, table: Table, rows: list[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in rows[0])
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row(tuple(row.values()))


def _execute(connection: Connection, statement: ClauseElement, rows: list[Row]) -> None:
    connection.exec_driver_sql(_as_text(statement, connection.dialect), rows)


@cache
def _as_text(statement: ClauseElement, dialect: Dialect) -> str:
    return str(statement.compile(dialect=dialect))


@cache
def _insert(table: Table) -> ClauseElement:
    return insert(table)


@cache
def _upsert(table: Table, dialect: str) -> ClauseElement:
    # Both speak the same, but SQLAlchemy has a class for each.
    insertion = sqlite.insert(table) if dialect == "sqlite" else _as_postgresql(table)
    names = key_names(table)
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
