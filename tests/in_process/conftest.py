"""A chain in this process and systems on it; `make mutants` puts its mutants in their place."""

from __future__ import annotations

import pytest

from artifacts import ours
from localnet.evm import Revm
from tests.in_process.substitution import COMPILED
from tests.in_process.system import System


@pytest.fixture(scope="session")
def compiled(pytestconfig):
    """Knows our contracts by name: as built, or as `make mutants` has changed them."""
    return pytestconfig.stash.get(COMPILED, ours)


@pytest.fixture
def chain():
    """An empty chain; mutants are compiled without optimizer and need room."""
    with Revm(max_code_size=2**20) as chain:
        yield chain


@pytest.fixture
def system(chain, compiled):
    """Both contracts on a plain token, the agent staked."""
    return System(chain, compiled)


@pytest.fixture
def reentrant(chain, compiled):
    """The same on a token that calls back once it is armed."""
    return System(chain, compiled, "ReentrantToken")


@pytest.fixture
def refusing(chain, compiled):
    """The same on a token that refuses by returning false."""
    return System(chain, compiled, "FalseReturningToken")
