"""Tables of the index itself: events, blocks, undo, reorganisations, and the position."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Text

from agentescrow.store.schema import (
    CONTRACT,
    HASH,
    chain_table,
    id_column,
    kernel_table,
    time_column,
)
from agentescrow.store.subjects import SUBJECTS

# Every event of our contracts, and those events of the identity registry that tell an agent's
# owner, approvals, wallet or URI.
events: Final = chain_table(
    "events",
    id_column("block_number"),
    Column("log_index", Integer, primary_key=True, autoincrement=False),  # within the block
    Column("contract", CONTRACT, nullable=False),
    Column("name", String(32), nullable=False),
    *(Column(subject.column, BigInteger) for subject in SUBJECTS),  # NULL: not about one
    Column("tx_hash", HASH, nullable=False),
    time_column("time"),
    Column("data", Text, nullable=False),  # arguments by name, as JSON with plain numbers
    sqlite_with_rowid=False,
)
Index("ix_events_name", events.c.name, events.c.block_number, events.c.log_index)
for _subject in SUBJECTS:
    Index(
        f"ix_events_{_subject.column}",
        events.c[_subject.column],
        events.c.block_number,
        events.c.log_index,
        sqlite_where=events.c[_subject.column].is_not(None),
        postgresql_where=events.c[_subject.column].is_not(None),
    )

# The indexed block, and the blocks below it that the index can go back to.
blocks: Final = kernel_table(
    "blocks",
    id_column("number"),
    Column("hash", HASH, nullable=False),
    Column("parent_hash", HASH, nullable=False),
    time_column("time"),
    Column("digest", String(64), nullable=False),  # of all rows as of this block
)

# Rows as they were before a block changed them.
undo: Final = kernel_table(
    "undo",
    id_column("block_number"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("table", String(20), nullable=False),
    Column("key", Text, nullable=False),  # JSON list
    Column("row", Text),  # JSON list of all columns; NULL if there was no row
)

# Reorganisations and the events they took back, for listeners that had received those.
reorganisations: Final = kernel_table(
    "reorganisations",
    id_column("number"),  # from 1
    Column("block_number", BigInteger, nullable=False),  # highest block that stayed
)

taken_back: Final = kernel_table(
    "taken_back",
    id_column("reorganisation"),
    *(
        Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)
        for column in events.c
    ),
)

# One row: what the database is about, and how far it has come.
position: Final = kernel_table(
    "position",
    id_column("id"),
    Column("chain_id", BigInteger, nullable=False),
    Column("contracts", Text, nullable=False),  # JSON: addresses by name of the contract
    Column("first_block", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("head", BigInteger, nullable=False),  # highest block seen at the node
    Column("seen_at", BigInteger, nullable=False),  # when, by this machine's clock
    Column("problem", Text),  # why the indexer has stopped; NULL while it runs
)
