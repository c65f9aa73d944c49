"""Log format of the services: one line per record on standard error, with time and level."""

from __future__ import annotations

import logging
import time
import traceback
from types import TracebackType
from typing import Final, TypeAlias

_FORMAT: Final = "%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s"
_TIME: Final = "%Y-%m-%dT%H:%M:%S"
_FRAMES: Final = 3  # the innermost ones

_Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def log_to_stderr() -> None:
    """Log warnings and worse."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(_FORMAT, _TIME))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class OneLine(logging.Formatter):
    """Formats a record and its exception as one line.

    Only the first line of the exception's message is kept: the rest may be an SQL statement with
    texts of strangers.
    """

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line."""
        return " ".join(super().format(record).splitlines())

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - logging's name
        """Format an exception and where it was raised."""
        _, raised, trace = ei
        lines = str(raised).splitlines()
        frames = traceback.extract_tb(trace)[-_FRAMES:]
        positions = ", ".join(f"{each.filename}:{each.lineno}" for each in frames)
        message = f"{type(raised).__name__}: {lines[0]}" if lines else type(raised).__name__
        return f"({message}; at {positions})"
