"""Apply a batch: rows, digests, blocks and position in one transaction, or nothing."""

from __future__ import annotations

from agentescrow.chain.reader import Header
from agentescrow.errors import IndexProblem
from agentescrow.indexer.batch import Batch
from agentescrow.indexer.completeness import Completeness
from agentescrow.indexer.project import load, project
from agentescrow.store import digest, undo
from agentescrow.store.changes import Changes
from agentescrow.store.database import Connection
from agentescrow.store.lock import commit_for_good
from agentescrow.store.position import (
    Block,
    forget_blocks,
    indexed_block,
    keep_blocks,
    move_position,
)


def apply(connection: Connection, batch: Batch) -> None:
    """Write a batch; the caller commits.

    Args:
        connection: Transaction that has written nothing yet.
        batch: Batch that begins at the block after the indexed one.

    Raises:
        IndexWrong: The sums are not what the contracts owe; the caller must not commit.
        EventsMissing: Events are missing; the caller must not commit.
        IndexProblem: Another indexer has written meanwhile; the caller must not commit.
    """
    before = indexed_block(connection)
    completeness = Completeness(connection)
    completeness.require_in_order(batch.entries)
    changes = Changes(connection, digest.from_text(before.digest) if before else 0)
    if batch.first >= batch.keep_from:
        _apply_each(connection, changes, batch)
    else:
        _apply_at_once(connection, changes, batch)
    completeness.require_totals(changes, batch.last.number, batch.owed)
    undo.forget(connection, up_to=batch.keep_from - 1)
    forget_blocks(connection, below=min(batch.keep_from - 1, batch.last.number))
    if not move_position(connection, batch.last.number, expected=batch.first - 1):
        raise IndexProblem("another indexer has written to the database: stop one of them")


def _apply_each(connection: Connection, changes: Changes, batch: Batch) -> None:
    """Apply blocks that the chain may take back: with undo for each, and one write a row."""
    commit_for_good(connection)
    load(changes, batch.entries)
    kept = []
    for header, entries in batch.by_block():
        project(changes, entries)
        changes.end_block(header.number)
        kept.append(_block(changes, header))
    changes.write()
    keep_blocks(connection, kept)


def _apply_at_once(connection: Connection, changes: Changes, batch: Batch) -> None:
    """Apply blocks that the chain cannot take back as one."""
    load(changes, batch.entries)
    project(changes, batch.entries)
    changes.end_block()
    changes.write()
    forget_blocks(connection, below=batch.last.number)  # the last one is the lowest to go back to
    keep_blocks(connection, [_block(changes, batch.last)])


def _block(changes: Changes, header: Header) -> Block:
    text = digest.to_text(changes.digest)
    return Block(header.number, header.hash, header.parent_hash, header.time, text)
