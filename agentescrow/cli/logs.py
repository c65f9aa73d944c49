"""What the service's processes log: on standard error, a line a fault, with time and level."""

from __future__ import annotations

import logging
import time
import traceback
from types import TracebackType
from typing import Final, TypeAlias

_FORMAT: Final = "%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s"
_TIME: Final = "%Y-%m-%dT%H:%M:%S"
_PLACES: Final = 3  # the innermost ones: they tell where to look

_Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def log_to_stderr() -> None:
    """Log warnings and worse."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(_FORMAT, _TIME))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class OneLine(logging.Formatter):
    """Makes one line of a record, its exception included.

    Of an exception's words only the first line is said: what follows there may be an SQL statement
    with the texts of strangers.
    """

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The record, in one line."""
        return " ".join(super().format(record).splitlines())

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - logging's name
        """What was raised, and where."""
        _, raised, trace = ei
        words = str(raised).splitlines()
        frames = traceback.extract_tb(trace)[-_PLACES:]
        places = ", ".join(f"{each.filename}:{each.lineno}" for each in frames)
        said = f"{type(raised).__name__}: {words[0]}" if words else type(raised).__name__
        return f"({said}; at {places})"
