"""Waiting for what has to come, however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

ENOUGH: Final = 600
"""Seconds: what takes longer hangs. It is what pytest-timeout gives a whole test; a limit that a
busy machine could meet would decide how a test ends."""


def until(holds: Callable[[], object], *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait for what has to come.

    Args:
        holds: Whether it has.
        meanwhile: Fails where it cannot come any more.

    Raises:
        AssertionError: It does not come.
    """
    end = time.monotonic() + ENOUGH
    while not holds():
        meanwhile()
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)
