"""Servers that tests run on; where a program is missing, its tests are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

import pytest

from artifacts import ToolMissing

T = TypeVar("T")


@contextmanager
def running(server: AbstractContextManager[T]) -> Iterator[T]:
    """A server while it runs; with NO_SKIPS a missing program is a failure (tests/conftest.py).

    Args:
        server: Starts when it is entered.
    """
    with ExitStack() as stack:
        try:
            found = stack.enter_context(server)
        except ToolMissing as missing:
            pytest.skip(str(missing))
        yield found
