"""Open a database, SQLite or PostgreSQL, and bring its schema up to date."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from agentescrow.errors import DatabaseUnusable
from agentescrow.store.driver import as_databases_fail

__all__ = [
    "Connection",
    "DatabaseBusy",
    "Engine",
    "address_of",
    "connection_arguments",
    "in_a_line",
    "is_busy",
    "is_read_only",
    "migrate",
    "open_database",
    "opening",
    "require_schema",
    "write_transaction",
]

DatabaseBusy = DBAPIError
"""What is raised when the database cannot serve a transaction now, another writer's fault too."""

_MIGRATIONS: Final = Path(str(resources.files("agentescrow.store"))) / "migrations"
_BUSY_MILLISECONDS: Final = 10_000
_IDLE_SECONDS: Final = 1.0
_ALIVE: Final = {
    "connect_timeout": "10",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""Ends a connection to a machine that is gone within seconds; what an address says comes first."""

_ALIVE_THERE: Final = """
SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
SET tcp_user_timeout = 10000
"""
_ALLOWED: Final = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


class Connections(QueuePool):
    """Where a connection that does not come free in time is a database that is busy."""

    def connect(self) -> PoolProxiedConnection:
        """Take a connection.

        Raises:
            DatabaseBusy: All are in use, for half a minute.
        """
        try:
            return super().connect()
        except NoConnectionFree as late:
            raise OperationalError("take a connection", None, late) from late


def open_database(url: str) -> Engine:
    """Open a database; nothing is created yet.

    A transaction sees one snapshot of it, on both kinds, so that all that is read in one belongs
    to the same block.

    Args:
        url: `sqlite:///` and a file, or a `postgresql://` address.

    Raises:
        DatabaseUnusable: The address means neither.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, paramstyle="named", hide_parameters=True, poolclass=Connections
        )  # rows as dicts, as PostgreSQL's driver
        event.listen(engine, "connect", _prepare_sqlite)
        # The driver's own transactions would begin at the first write only.
        event.listen(engine, "begin", _begin)
        return engine
    arguments = {name: value for name, value in _ALIVE.items() if name not in address.query}
    engine = create_engine(
        address,
        isolation_level="REPEATABLE READ",
        hide_parameters=True,
        connect_args=arguments,
        poolclass=Connections,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _require_alive)
    return engine


def in_a_line(error: BaseException) -> str:
    """What is wrong, as the driver says it: without the statement, and without its values.

    Args:
        error: Of a database, as a rule; anything else says itself.
    """
    return " ".join(str(getattr(error, "orig", None) or error).split())


def address_of(engine: Engine) -> str:
    """Where a database is, without a password."""
    return engine.url.render_as_string(hide_password=True)


def connection_arguments(engine: Engine) -> dict[str, Any]:
    """What PostgreSQL's driver is told to connect as an engine does, to any of its hosts.

    Args:
        engine: The database.
    """
    _, told = engine.dialect.create_connect_args(engine.url)
    told.pop("context", None)  # SQLAlchemy's own conversions
    return {**_ALIVE, **told}


def is_read_only(engine: Engine) -> bool:
    """Whether nothing can be written there: a replica, or a server that was told so.

    Args:
        engine: The database.
    """
    if engine.dialect.name != "postgresql":
        return False
    with opening(engine), engine.connect() as connection:
        return connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"


def is_busy(error: BaseException) -> bool:
    """Whether the same transaction may well succeed later; not where the connection is lost."""
    return isinstance(error, OperationalError) and not error.connection_invalidated


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: on SQLite it waits for its turn at once, not at the commit.

    Args:
        engine: The database.
    """
    with writing_connection(engine) as connection, connection.begin():
        yield connection


@contextmanager
def writing_connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transactions will all write; see `write_transaction`.

    SQLite would refuse a transaction that read first, when another process has written since.

    Args:
        engine: The database.
    """
    with engine.connect() as connection:
        connection.info["begin"] = "BEGIN IMMEDIATE"
        try:
            yield connection
        finally:
            connection.info.pop("begin", None)


@contextmanager
def opening(engine: Engine) -> Iterator[None]:
    """Say what is wrong with a database that cannot be opened: no server, no folder, no database.

    Args:
        engine: The database.

    Raises:
        DatabaseUnusable: It cannot.
    """
    try:
        yield
    except (DBAPIError, OSError) as error:
        raise DatabaseUnusable(address_of(engine), in_a_line(error)) from error


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; does nothing where it is.

    Raises:
        DatabaseUnusable: The database cannot be opened.
    """
    config = _config()
    with opening(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_schema(engine: Engine) -> None:
    """Make sure that the schema is the one of this version; for those who only read.

    Raises:
        DatabaseUnusable: It is not, or the database cannot be opened.
    """
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with opening(engine), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        has = f"schema {found}" if found else "no schema"
        raise DatabaseUnusable(
            address_of(engine), f"it has {has}, {wanted} is needed: run `agentescrow index`"
        )


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # the latter of a port; there may be a password in it
        raise DatabaseUnusable("(as set)", f"the address is none: {_ALLOWED} is allowed") from None
    kind = address.get_backend_name()
    if kind == "sqlite" and address.database not in (None, "", ":memory:"):
        file = str(address.database)
        # Named whole in every message: relative, it is another file in another working directory.
        return (
            address
            if file.startswith("file:")
            else address.set(database=str(Path(file).absolute()))
        )
    if kind in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    shown = address.render_as_string(hide_password=True)
    raise DatabaseUnusable(shown, f"{_ALLOWED} is allowed")


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - DB-API
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_BUSY_MILLISECONDS}",
        "journal_mode = WAL",  # many may read while one writes
        "synchronous = NORMAL",  # what a power cut takes is read from the chain again
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - DB-API
    """Let the server do as we do: what a machine holds that is gone, a turn, is free in seconds."""
    connection.execute(_ALIVE_THERE)
    connection.commit()


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - DB-API
    record.info["used"] = time.monotonic()


def _require_alive(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401
    """Ask a connection that was idle whether its server still is there; the pool takes another."""
    if time.monotonic() - record.info.get("used", time.monotonic()) < _IDLE_SECONDS:
        return
    try:
        connection.rollback()
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:  # of the driver, which is not imported for it
        raise DisconnectionError from error


def _begin(connection: Connection) -> None:
    # Not by SQLAlchemy's own way: that takes longer than many a query.
    statement = connection.info.get("begin", "BEGIN")
    with as_databases_fail(connection.dialect, statement):
        connection.connection.cursor().execute(statement)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
