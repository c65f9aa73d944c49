"""One relayer at a time: a second one on the same database waits its turn.

Nothing depends on it for safety, since a nonce is given to one request only whoever gives it; but
two that send the same queue would send everything twice.
"""

from __future__ import annotations

from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, select

_ADVISORY: Final = 0x8004_E5C1  # any number that nobody else in the database uses


class RelayTurn:
    """Held by one process, until it lets go or ends."""

    def __init__(self, engine: Engine) -> None:
        """Hold nothing yet.

        Args:
            engine: The database.
        """
        self._engine = engine
        self._connection: Connection | None = None
        on_sqlite = engine.dialect.name == "sqlite"
        self._file = FileLock(f"{engine.url.database}.relayer.lock") if on_sqlite else None

    def take(self) -> bool:
        """Take the turn if nobody else has it; keep it where it is ours.

        Returns:
            Whether it is ours.

        Raises:
            DatabaseBusy: The database cannot say; the turn is lost.
        """
        return self._take_file(self._file) if self._file else self._take_advisory()

    def give_back(self) -> None:
        """Let another process have it."""
        if self._file:
            self._file.release(force=True)
        self._drop_connection()

    @staticmethod
    def _take_file(file: FileLock) -> bool:
        if not file.is_locked:
            try:
                file.acquire(timeout=0)
            except Timeout:
                return False
        return True

    def _take_advisory(self) -> bool:
        """The lock belongs to a connection; asked for again, it shows that the connection lives."""
        try:
            if self._connection is not None:
                self._connection.execute(select(1))
                return True
            autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
            self._connection = autocommit.connect()
            if self._connection.execute(select(func.pg_try_advisory_lock(_ADVISORY))).scalar_one():
                return True
        except Exception:
            self._drop_connection()
            raise
        self._drop_connection()
        return False

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # not into the pool: the lock would live on in there
            self._connection.close()
            self._connection = None
