"""Where the tests look for contracts other than the ones built."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from artifacts import Artifact

COMPILED: pytest.StashKey[Callable[[str], Artifact]] = pytest.StashKey()
