"""Blocks are taken back while the indexer runs and while it does not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from agentescrow.errors import ReorganisedTooDeep
from agentescrow.indexer.reorg import DEPTH
from agentescrow.store.position import read_position
from agentescrow.store.tables import blocks, undo
from tests.indexer.index import require_equal, sync


def test_sync__as_deep_as_promised__is_followed(activity, contracts, database, fresh):
    """API-5: 200 blocks, with traffic in the first and in the last of them."""
    activity.anvil.rpc("anvil_mine", hex(10))
    sync(database, contracts, activity.anvil.url)
    activity.burst(20)
    mined = DEPTH - (activity.w3.eth.block_number - read(database).block_number)
    activity.anvil.rpc("anvil_mine", hex(mined))
    sync(database, contracts, activity.anvil.url)

    activity.reorganise(DEPTH)
    activity.burst(10)
    sync(database, contracts, activity.anvil.url)
    another = fresh()
    sync(another, contracts, activity.anvil.url)

    require_equal(database, another)


def test_sync__deeper_than_promised__stops_and_says_so(activity, contracts, database):
    """API-5: rows that may be wrong are not served on: `problem` is for `/ready`."""
    activity.burst(5)
    activity.anvil.rpc("anvil_mine", hex(DEPTH + 1))
    sync(database, contracts, activity.anvil.url)

    activity.reorganise(DEPTH + 2)  # a block with traffic is the lowest

    with pytest.raises(ReorganisedTooDeep, match="index into an empty database"):
        sync(database, contracts, activity.anvil.url)
    assert "reorganised" in read(database).problem


def test_sync__long_chain__keeps_only_what_may_be_taken_back(activity, contracts, database):
    """API-5: hashes and undo do not grow with the chain."""
    activity.burst(30)
    sync(database, contracts, activity.anvil.url)
    activity.anvil.rpc("anvil_mine", hex(3 * DEPTH))
    sync(database, contracts, activity.anvil.url)

    with database.connect() as connection:
        assert len(connection.execute(select(blocks)).all()) == DEPTH + 1
        assert connection.execute(select(undo)).all() == []


def read(database):
    with database.connect() as connection:
        return read_position(connection)
