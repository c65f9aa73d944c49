"""Statements that are asked all the time: compiled once, read without the ORM's rows."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select

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

    def all(self, source: Connection | Engine, **values: object) -> list[Any]:
        """Read all rows.

        Args:
            source: A transaction; or the database, to read in none: a statement sees one state of
                it anyway, and PostgreSQL is spared two of three round trips.
            values: Of the query's `bindparam`s.
        """
        if isinstance(source, Engine):
            return self._alone(source, values)
        if not source.in_transaction():
            source.begin()
        return self._read(source.connection, source.dialect, values)

    def one(self, connection: Connection, **values: object) -> Any:  # noqa: ANN401 - a row
        """Read the first row, None where there is none."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def _alone(self, engine: Engine, values: dict[str, object]) -> list[Any]:
        with closing(engine.raw_connection()) as connection:
            driver: Any = connection.dbapi_connection
            if engine.dialect.name == "sqlite":  # begins no transaction that it is not told to
                return self._read(driver, engine.dialect, values)
            driver.autocommit = True
            try:
                return self._read(driver, engine.dialect, values)
            finally:
                driver.autocommit = False

    def _read(self, driver: Any, dialect: Dialect, values: dict[str, object]) -> list[Any]:  # noqa: ANN401 - DB-API
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._compile(dialect)
        statement, defaults, order = self._compiled[dialect.name]
        given = {**defaults, **values}
        sent = given if order is None else [given[name] for name in order]
        cursor = driver.cursor()
        with as_databases_fail(dialect, statement), closing(cursor):
            cursor.execute(statement, sent)
            return [self._row._make(row) for row in cursor.fetchall()]

    def _compile(self, dialect: Dialect) -> tuple[str, dict[str, Any], Sequence[str] | None]:
        compiled = self._query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        return str(compiled), dict(compiled.params), compiled.positiontup
