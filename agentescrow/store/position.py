"""Position of the index: chain, contracts, blocks, and whether the indexer lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from agentescrow.store import bulk
from agentescrow.store.kernel_tables import blocks, position
from agentescrow.store.prepared_statements import Prepared, Source, Statement

_KEPT: Final = Prepared(select(blocks).order_by(blocks.c.number.desc()))
LATEST: Final = Statement(Prepared(select(blocks).order_by(blocks.c.number.desc()).limit(1)), {})
"""Statement that reads the indexed block; `block_in` converts its answer."""


@dataclass(frozen=True, slots=True)
class Block:
    """Block that the database has indexed.

    Args:
        number: Number of the block.
        hash: 0x and 64 hex digits.
        parent_hash: Hash of the block before.
        time: Unix seconds; "now" for every read as of this block (API-6).
        digest: Digest of all rows as of this block, 64 hex digits; equal in two databases with
            equal rows.
    """

    number: int
    hash: str
    parent_hash: str
    time: int
    digest: str


@dataclass(frozen=True, slots=True)
class Position:
    """Contracts that the database follows, and how far it has come.

    Args:
        chain_id: Chain of the contracts.
        contracts: Addresses by name of the contract ("RunEscrow").
        first_block: First block that may have events.
        block_number: Last indexed block; `first_block - 1` before the first.
        head: Highest block that the indexer has seen at its node.
        seen_at: Unix second, by the indexer's clock, of its last answer from the node.
        problem: Why the indexer has stopped, or None while it runs.
    """

    chain_id: int
    contracts: Mapping[str, str]
    first_block: int
    block_number: int
    head: int
    seen_at: int
    problem: str | None

    @property
    def lag(self) -> int:
        """Blocks that the node has and the database does not."""
        return max(self.head - self.block_number, 0)


def read_position(connection: Connection) -> Position | None:
    """Read the position, or None if nothing was ever indexed into the database."""
    row = connection.execute(select(*_COLUMNS)).mappings().one_or_none()
    if row is None:
        return None
    return Position(**{**row, "contracts": orjson.loads(row["contracts"])})


def indexed_block(source: Source) -> Block | None:
    """Read the block that all rows are as of, or None before the first."""
    return block_in(LATEST.all(source))


def block_in(rows: Sequence[Any]) -> Block | None:
    """Convert the answer to `LATEST`."""
    return Block(*rows[0]) if rows else None


def kept_blocks(connection: Connection) -> list[Block]:
    """Read the blocks that the database can go back to, the indexed one first."""
    return [Block(*row) for row in _KEPT.all(connection)]


def begin_position(connection: Connection, first: Position) -> None:
    """Write the position of an empty database."""
    values = {name: getattr(first, name) for name in Position.__dataclass_fields__}
    values["contracts"] = orjson.dumps(first.contracts).decode()
    connection.execute(insert(position).values(id=1, **values))


def move_position(connection: Connection, block_number: int, *, expected: int) -> bool:
    """Move the position, in the transaction that writes the rows.

    Args:
        connection: Transaction to write in.
        block_number: Block that the rows are as of.
        expected: Position that this indexer has read or written last.

    Returns:
        False if another indexer has moved the position meanwhile: nothing may be committed then.
    """
    moved = connection.execute(
        update(position)
        .where(position.c.block_number == expected)
        .values(block_number=block_number)
    )
    return moved.rowcount == 1


def keep_blocks(connection: Connection, indexed: list[Block]) -> None:
    """Write blocks that the rows are, or were, as of, the latest one last."""
    values = [(b.number, b.hash, b.parent_hash, b.time, b.digest) for b in indexed]
    bulk.append(connection, blocks, values)


def forget_blocks(connection: Connection, *, below: int) -> None:
    """Delete blocks that the chain cannot take back any more."""
    connection.execute(delete(blocks).where(blocks.c.number < below))


def report(connection: Connection, *, head: int, seen_at: int) -> None:
    """Report that the indexer lives and that it has no problem.

    Args:
        connection: Transaction to write in.
        head: Highest block that it has seen.
        seen_at: Unix second, by this machine's clock.
    """
    connection.execute(update(position).values(head=head, seen_at=seen_at, problem=None))


def report_problem(connection: Connection, problem: str) -> None:
    """Report why the indexer has stopped."""
    connection.execute(update(position).values(problem=problem))


_COLUMNS = [position.c[name] for name in Position.__dataclass_fields__]
