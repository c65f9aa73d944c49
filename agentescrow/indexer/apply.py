"""A batch into the database: rows, digests, blocks and position in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from agentescrow.chain.reader import VAULTS, Header
from agentescrow.errors import IndexProblem, IndexWrong
from agentescrow.indexer.batch import Batch
from agentescrow.indexer.project import load, project
from agentescrow.store import digest, undo
from agentescrow.store.changes import Changes
from agentescrow.store.database import Connection
from agentescrow.store.position import (
    Block,
    forget_blocks,
    indexed_block,
    keep_blocks,
    move_position,
)
from agentescrow.store.tables import vaults


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
    changes = Changes(connection, digest.from_text(before.digest) if before else 0)
    if batch.first >= batch.keep_from:
        _apply_each(connection, changes, batch)
    else:
        _apply_at_once(connection, changes, batch)
    require_sums(changes, batch.last.number, batch.owed)
    undo.forget(connection, up_to=batch.keep_from - 1)
    forget_blocks(connection, below=min(batch.keep_from - 1, batch.last.number))
    if not move_position(connection, batch.last.number, expected=batch.first - 1):
        raise IndexProblem("another indexer has written to the database: stop one of them")


def require_sums(changes: Changes, block: int, owed: Mapping[str, int]) -> None:
    """Compare what the events add up to with what the contracts say that they owe.

    It is the second look at the chain: a node that keeps logs back is found out here.

    Args:
        changes: Of the transaction.
        block: Block of both.
        owed: `totalOwed()` by name of contract, as far as it is known.

    Raises:
        IndexWrong: They differ.
    """
    for contract in VAULTS:
        row = changes.get(vaults, contract)
        indexed = row["held"] + row["credits"] + row["fees"] if row else 0
        if contract in owed and owed[contract] != indexed:
            raise IndexWrong(contract, block, indexed, owed[contract])


def _apply_each(connection: Connection, changes: Changes, batch: Batch) -> None:
    """Block by block, each with what takes it back; each row is written once."""
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
