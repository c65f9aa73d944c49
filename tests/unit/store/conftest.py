"""An empty SQLite database with the schema."""

from __future__ import annotations

import pytest

from agentescrow.store.database import migrate, open_database


@pytest.fixture
def database(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'index.db'}")
    migrate(engine)
    yield engine
    engine.dispose()
