"""An indexer that ends without a word before any one of its statements."""

from __future__ import annotations

from agentescrow.store.digest import recomputed
from agentescrow.store.position import indexed_block, read_position
from tests.indexer.index import require_equal, sync
from tests.indexer.killed import sync_and_die_before

STATEMENTS = (1, 3, 7, 12, 18, 25, 33, 42, 60, 90, 140)


def test_sync__killed_before_any_statement__leaves_a_block_and_its_rows(
    activity, contracts, database, url, fresh
):
    """API-5: rows and cursor commit together, so a kill at any point costs nothing but time."""
    for turn, number in enumerate(STATEMENTS):
        activity.burst(8)
        if turn % 3 == 2:
            activity.reorganise(turn)
            activity.burst(3)

        sync_and_die_before(number, url, contracts, activity.anvil.url)

        with database.connect() as connection:
            block = indexed_block(connection)
            position = read_position(connection)
            if block is not None:
                assert block.digest == recomputed(connection)
                assert block.number == position.block_number
    sync(database, contracts, activity.anvil.url)
    another = fresh()
    sync(another, contracts, activity.anvil.url)

    require_equal(database, another)
