"""The driver below SQLAlchemy, for what that would do too slowly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError


@contextmanager
def as_databases_fail(dialect: Dialect, statement: str) -> Iterator[None]:
    """Let the driver's errors be SQLAlchemy's, which callers know.

    Args:
        dialect: Whose driver.
        statement: What it is asked.

    Raises:
        DBAPIError: The database did not do it.
    """
    base = dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise DBAPIError.instance(statement, None, error, base) from error
