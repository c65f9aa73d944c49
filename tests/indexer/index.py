"""An indexer in this process, and what two databases have to agree about."""

from __future__ import annotations

from sqlalchemy import Engine, select

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.indexer.follow import Indexer
from agentescrow.store.database import migrate, open_database
from agentescrow.store.digest import recomputed
from agentescrow.store.lock import writer
from agentescrow.store.position import indexed_block
from agentescrow.store.tables import FROM_CHAIN, metadata, run_counts


def new_database(url: str) -> Engine:
    """An empty database with the schema, whatever was in it."""
    engine = open_database(url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    migrate(engine)
    return engine


def sync(engine: Engine, contracts: Contracts, url: str, *, longest_wait: float = 0.2) -> int:
    """Index up to the head; how many events that took."""
    steps = []
    with writer(engine) as connection:
        indexer = Indexer(
            connection,
            Reader(Node(url), contracts),
            contracts.deployment,
            longest_wait=longest_wait,
        )
        indexer.follow(steps.append, lambda: False, to_head=True)
    return sum(step.events for step in steps)


def rows(engine: Engine) -> dict[str, list]:
    """All rows that come from the chain, in the order of their keys."""
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in (*FROM_CHAIN, run_counts)
        }


def require_equal(engine: Engine, other: Engine) -> None:
    """Row for row the same, by digest too, which is that of the rows read anew."""
    assert rows(engine) == rows(other)
    with engine.connect() as one, other.connect() as two:
        digest = indexed_block(one).digest
        assert digest == indexed_block(two).digest
        assert digest == recomputed(one) == recomputed(two)
