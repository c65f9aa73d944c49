"""A batch into the database: rows, digests, blocks and position in one transaction, or nothing."""

from __future__ import annotations

from agentescrow.chain.reader import Header
from agentescrow.errors import IndexProblem
from agentescrow.indexer.batch import Batch
from agentescrow.indexer.completeness import require_in_order, require_sums
from agentescrow.indexer.project import load, project
from agentescrow.store import digest, undo
from agentescrow.store.agents.queries import last_agent
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
from agentescrow.store.runs.queries import last_run


def apply(connection: Connection, batch: Batch) -> None:
    """Write a batch; commit is the caller's.

    Args:
        connection: A transaction that has written nothing yet.
        batch: Begins at the block after the last indexed one.

    Raises:
        IndexWrong: The sums are not what the contracts owe: nothing may be committed.
        EventsMissing: The events do not go together: the same.
        IndexProblem: Another indexer has written meanwhile: the same.
    """
    before = indexed_block(connection)
    runs = require_in_order(
        batch.entries, last_run=last_run(connection), last_agent=last_agent(connection)
    )
    changes = Changes(connection, digest.from_text(before.digest) if before else 0)
    if batch.first >= batch.keep_from:
        _apply_each(connection, changes, batch)
    else:
        _apply_at_once(connection, changes, batch)
    require_sums(changes, batch.last.number, batch.owed, runs=runs)
    undo.forget(connection, up_to=batch.keep_from - 1)
    forget_blocks(connection, below=min(batch.keep_from - 1, batch.last.number))
    if not move_position(connection, batch.last.number, expected=batch.first - 1):
        raise IndexProblem("another indexer has written to the database: stop one of them")


def _apply_each(connection: Connection, changes: Changes, batch: Batch) -> None:
    """Block by block, each with what takes it back; each row is written once."""
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
    """As one, since nothing of it will be taken back; each row is written once."""
    load(changes, batch.entries)
    project(changes, batch.entries)
    changes.end_block()
    changes.write()
    # The last block is the lowest that can be gone back to.
    forget_blocks(connection, below=batch.last.number)
    keep_blocks(connection, [_block(changes, batch.last)])


def _block(changes: Changes, header: Header) -> Block:
    text = digest.to_text(changes.digest)
    return Block(header.number, header.hash, header.parent_hash, header.time, text)
