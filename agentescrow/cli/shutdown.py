"""Ending when somebody asks for it: Ctrl-C, or a supervisor's signal."""

from __future__ import annotations

import signal
import threading


def end_asked_for() -> threading.Event:
    """An event that is set by SIGINT and SIGTERM; the second one ends at once."""
    ended = threading.Event()

    def end(_number: int, _frame: object) -> None:
        if ended.is_set():
            raise KeyboardInterrupt
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended
