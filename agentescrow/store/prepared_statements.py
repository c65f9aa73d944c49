"""Statements that are asked all the time: compiled once, read without the ORM's rows."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select

from agentescrow.store.driver import as_databases_fail


@dataclass(frozen=True, slots=True)
class Held:
    """A connection to SQLite that stays, and begins no transaction.

    To take one from the pool and to give it back takes longer than a short question.

    Args:
        driver: The driver's connection.
        dialect: SQLite's.
    """

    driver: Any
    dialect: Dialect


@contextmanager
def held(engine: Engine) -> Iterator[Held]:
    """Hold a connection for a while.

    Args:
        engine: The database.
    """
    with closing(engine.raw_connection()) as connection:
        yield Held(connection.driver_connection, engine.dialect)


Source = Connection | Engine | Held
"""A transaction; or the database as it is now, of which a single statement sees one state."""


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
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def all(self, source: Source, **values: object) -> list[Any]:
        """Read all rows.

        Args:
            source: Where from.
            values: Of the query's `bindparam`s.
        """
        if isinstance(source, Held):
            return self._read(source.driver, source.dialect, values)
        if isinstance(source, Engine):
            with (
                as_databases_fail(source.dialect, "CONNECT"),
                closing(source.raw_connection()) as connection,
            ):
                return self._read(connection, source.dialect, values)
        if not source.in_transaction():
            source.begin()
        return self._read(source.connection, source.dialect, values)

    def one(self, connection: Connection, **values: object) -> Any:  # noqa: ANN401 - a row
        """Read the first row, None where there is none."""
        rows = self.all(connection, **values)
        return rows[0] if rows else None

    def text(self, dialect: Dialect, values: Mapping[str, object]) -> tuple[str, dict[str, Any]]:
        """What the driver is given: SQL, and values by name.

        Args:
            dialect: Kind of the database.
            values: Of the query's `bindparam`s.
        """
        if dialect.name not in self._compiled:
            compiled = self._query.compile(
                dialect=dialect, compile_kwargs={"render_postcompile": True}
            )
            self._compiled[dialect.name] = str(compiled), dict(compiled.params)
        statement, defaults = self._compiled[dialect.name]
        return statement, {**defaults, **values}

    def rows(self, found: Iterable[Any]) -> list[Any]:
        """What the driver has found, by the names of the columns.

        Args:
            found: Its rows.
        """
        return [self._row._make(row) for row in found]

    def _read(self, driver: Any, dialect: Dialect, values: Mapping[str, object]) -> list[Any]:  # noqa: ANN401 - DB-API
        statement, sent = self.text(dialect, values)
        cursor = driver.cursor()
        with as_databases_fail(dialect, statement), closing(cursor):
            cursor.execute(statement, sent)
            return self.rows(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Statement:
    """A query with its values.

    Args:
        query: The query.
        values: Of its `bindparam`s.
    """

    query: Prepared
    values: Mapping[str, object]

    def all(self, source: Source) -> list[Any]:
        """Read all rows; see `Prepared.all`."""
        return self.query.all(source, **self.values)
