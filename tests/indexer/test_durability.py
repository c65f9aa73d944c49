"""What the indexer waits for when it commits."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from tests.indexer.index import sync

WAITS = "SET LOCAL synchronous_commit TO DEFAULT"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_commit__of_what_may_be_taken_back__waits_for_disk_and_replicas(
    activity, contracts, database
):
    """API-6: else a listener hears of a block that nobody knows after a failover."""
    said = []
    event.listen(database, "before_cursor_execute", lambda *args: said.append(args[2]))
    activity.burst(3)
    sync(database, contracts, activity.anvil.url)
    assert WAITS in said
    said.clear()

    activity.reorganise(2)
    sync(database, contracts, activity.anvil.url)
    assert said.count(WAITS) == 2  # what takes blocks back, and what replaces them
