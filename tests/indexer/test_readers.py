"""Several processes read while one indexes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from agentescrow.store.database import open_database
from agentescrow.store.digest import recomputed
from agentescrow.store.position import indexed_block, read_position
from tests.indexer.index import sync

READERS = 2


def test_readers__while_the_indexer_writes__see_whole_blocks_only(
    activity, contracts, database, url
):
    """API-6: what one transaction reads is as of one block, also while blocks are taken back."""
    sync(database, contracts, activity.anvil.url)
    ended = Event()
    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(_read_until, ended, url) for _ in range(READERS)]
        try:
            for depth in (1, 4, 2, 6):
                activity.burst(15)
                sync(database, contracts, activity.anvil.url)
                activity.reorganise(depth)
        finally:
            ended.set()
        blocks = set().union(*(reader.result() for reader in readers))

    assert len(blocks) > 1


def _read_until(ended, url):
    """The blocks that were seen; each had the rows that its digest is of."""
    engine, seen = open_database(url), set()
    while not ended.is_set():
        with engine.connect() as connection:
            block = indexed_block(connection)
            assert block.digest == recomputed(connection)
            assert block.number == read_position(connection).block_number
            seen.add(block.hash)
        ended.wait(0.01)  # to leave the processor to who writes
    engine.dispose()
    return seen
