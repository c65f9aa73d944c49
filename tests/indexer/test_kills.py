"""An indexer that ends without a word before any one of its statements.

KILLS changes how many of them (12 where it is not set); 24 are all that writing two ranges takes.
"""

from __future__ import annotations

import os

from agentescrow.store.digest import recomputed
from agentescrow.store.position import indexed_block, read_position
from tests.indexer.index import require_equal, sync
from tests.killed import index, kill_before

STATEMENTS = range(1, 25, 24 // int(os.environ.get("KILLS", "12")))


def test_sync__killed_before_any_statement__leaves_a_block_and_its_rows(
    activity, contracts, record, database, url, fresh
):
    """API-5: rows and cursor commit together, so a kill at any point costs nothing but time."""
    for turn, number in enumerate(STATEMENTS):
        activity.burst(8)
        if turn % 3 == 2:
            activity.reorganise(turn)
            activity.burst(3)

        kill_before(number, index, url, activity.anvil.url, str(record))

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
