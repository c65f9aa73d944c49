"""An indexer in a process of its own that ends without a word before a statement."""

from __future__ import annotations

import os

from sqlalchemy import event

from agentescrow.chain.contracts import Contracts
from agentescrow.store.database import Engine, open_database
from tests.indexer.index import sync


def sync_and_die_before(number: int, database: str, contracts: Contracts, node: str) -> None:
    """Index in a child, which has no time to clean up anything."""
    child = os.fork()
    if child == 0:
        try:
            engine = open_database(database)
            _die_before(engine, number)
            sync(engine, contracts, node)
        finally:
            os._exit(9)
    os.waitpid(child, 0)


def _die_before(engine: Engine, number: int) -> None:
    left = number

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_statement) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os._exit(9)
