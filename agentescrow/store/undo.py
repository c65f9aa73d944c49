"""Take blocks back: every row is what it was at an earlier block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select, update

from agentescrow.store import bulk
from agentescrow.store.kernel_tables import blocks, events, position, undo
from agentescrow.store.reorganisations import note
from agentescrow.store.schema import columns_as_of_a_block, metadata


def take_back(connection: Connection, block: int) -> None:
    """Go back to a block that `position.kept_blocks` lists; commit is the caller's.

    Args:
        connection: A transaction.
        block: The block whose rows are wanted.
    """
    note(connection, block)
    for table_name, images in _images(connection, block).items():
        table = metadata.tables[table_name]
        bulk.remove(connection, table, list(images))
        rows = [tuple(row) for row in images.values() if row]
        if rows:
            bulk.append(connection, table, rows)
    connection.execute(delete(events).where(events.c.block_number > block))
    connection.execute(delete(undo).where(undo.c.block_number > block))
    connection.execute(delete(blocks).where(blocks.c.number > block))
    connection.execute(position.update().values(block_number=block))
    # Later their blocks' hashes may not tell it: those of a backfill are not kept.
    for column, as_of in columns_as_of_a_block():
        connection.execute(update(column.table).where(as_of > block).values({column.name: None}))


def forget(connection: Connection, *, up_to: int) -> None:
    """Forget how to take back blocks that nobody will take back any more.

    Args:
        connection: A transaction.
        up_to: The highest of them.
    """
    connection.execute(delete(undo).where(undo.c.block_number <= up_to))


def _images(connection: Connection, block: int) -> dict[str, dict[tuple[Any, ...], list[Any]]]:
    """By table and key, the rows as they were at `block`: what the first later change found."""
    found: dict[str, dict[tuple[Any, ...], list[Any]]] = {}
    for table, key, row in _latest_first(connection, block):
        found.setdefault(table, {})[tuple(orjson.loads(key))] = orjson.loads(row) if row else []
    return found


def _latest_first(connection: Connection, block: int) -> Iterator[tuple[str, str, str | None]]:
    changes = (
        select(undo.c.table, undo.c.key, undo.c.row)
        .where(undo.c.block_number > block)
        .order_by(undo.c.block_number.desc(), undo.c.position.desc())
    )
    yield from (tuple(row) for row in connection.execute(changes))
