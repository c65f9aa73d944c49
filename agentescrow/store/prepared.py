"""Statements that are asked all the time: compiled once, read without the ORM's rows."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Select

from agentescrow.store.driver import as_databases_fail


class Prepared:
    """A query, compiled once for each kind of database.

    Compiling, caching and wrapping take three times as long as SQLite needs for a page of runs.
    """

    def __init__(self, query: Select[Any]) -> None:
        """Keep the query.

        Args:
            query: With `bindparam`s for its values.
        """
        self._query = query
        self._row: Any = namedtuple("Row", query.selected_columns.keys())  # type: ignore[misc]
        self._compiled: dict[str, tuple[str, dict[str, Any], Sequence[str] | None]] = {}

    def all(self, connection: Connection, **values: object) -> list[Any]:
        """Read all rows.

        Args:
            connection: A transaction.
            values: Of the query's `bindparam`s.
        """
        dialect = connection.dialect.name
        if dialect not in self._compiled:
            self._compiled[dialect] = self._compile(connection)
        statement, defaults, order = self._compiled[dialect]
        given = {**defaults, **values}
        if not connection.in_transaction():
            connection.begin()
        sent = given if order is None else [given[name] for name in order]
        cursor = connection.connection.cursor()
        with as_databases_fail(connection, statement), closing(cursor):
            cursor.execute(statement, sent)
            return [self._row._make(row) for row in cursor.fetchall()]

    def one(self, connection: Connection, **values: object) -> Any:  # noqa: ANN401 - a row
        """Read the first row, None where there is none."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def _compile(self, connection: Connection) -> tuple[str, dict[str, Any], Sequence[str] | None]:
        compiled = self._query.compile(
            dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
        )
        return str(compiled), dict(compiled.params), compiled.positiontup
