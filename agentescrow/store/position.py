"""Up to which block the database has come, for which contracts, and whether the indexer lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from agentescrow.store import bulk
from agentescrow.store.kernel_tables import blocks, position
from agentescrow.store.prepared_statements import Prepared, Source, Statement

_KEPT: Final = Prepared(select(blocks).order_by(blocks.c.number.desc()))
LATEST: Final = Statement(Prepared(select(blocks).order_by(blocks.c.number.desc()).limit(1)), {})
"""Asks for the indexed block; `block_in` reads the answer."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block that the database has indexed.

    Args:
        number: Its number.
        hash: 0x and 64 hex digits.
        parent_hash: Of the block before.
        time: Unix seconds; "now" of everything that is read (API-6).
        digest: Of all rows at this block, 64 hex digits; equal in two databases with equal rows.
    """

    number: int
    hash: str
    parent_hash: str
    time: int
    digest: str


@dataclass(frozen=True, slots=True)
class Position:
    """What the database is about, and how far it has come.

    Args:
        chain_id: Chain.
        escrow: Address of RunEscrow.
        registry: Address of StakeRegistry.
        identity: Address of the ERC-8004 identity registry.
        first_block: Block from which on events are looked for.
        block_number: Last indexed block; `first_block - 1` before the first.
        head: Highest block that the indexer has seen at its node.
        seen_at: Unix second, by the indexer's clock, at which it last spoke to its node.
        problem: Why it has stopped for good, or None.
    """

    chain_id: int
    escrow: str
    registry: str
    identity: str
    first_block: int
    block_number: int
    head: int
    seen_at: int
    problem: str | None

    @property
    def lag(self) -> int:
        """Blocks that the node has and the database has not."""
        return max(self.head - self.block_number, 0)


def read_position(connection: Connection) -> Position | None:
    """How far the database has come, or None where nothing was ever indexed into it."""
    row = connection.execute(select(*_COLUMNS)).one_or_none()
    return None if row is None else Position(*row)


def indexed_block(source: Source) -> Block | None:
    """The block that all rows are as of, or None before the first.

    Args:
        source: Where from.
    """
    return block_in(LATEST.all(source))


def block_in(rows: Sequence[Any]) -> Block | None:
    """What `LATEST` found."""
    return Block(*rows[0]) if rows else None


def kept_blocks(connection: Connection) -> list[Block]:
    """The blocks that the database can go back to, the indexed one first."""
    return [Block(*row) for row in _KEPT.all(connection)]


def begin_position(connection: Connection, first: Position) -> None:
    """Say what an empty database is about."""
    values = {name: getattr(first, name) for name in Position.__dataclass_fields__}
    connection.execute(insert(position).values(id=1, **values))


def move_position(connection: Connection, block_number: int, *, expected: int) -> bool:
    """Say up to which block the rows are, in the transaction that writes them.

    Args:
        connection: In that transaction.
        block_number: The block.
        expected: The block before, as this indexer knows it.

    Returns:
        False where another indexer has moved it meanwhile: then nothing may be committed.
    """
    moved = connection.execute(
        update(position)
        .where(position.c.block_number == expected)
        .values(block_number=block_number)
    )
    return moved.rowcount == 1


def keep_blocks(connection: Connection, indexed: list[Block]) -> None:
    """Remember blocks that the rows are, or were, as of; the last one is the latest."""
    values = [(b.number, b.hash, b.parent_hash, b.time, b.digest) for b in indexed]
    bulk.append(connection, blocks, values)


def forget_blocks(connection: Connection, *, below: int) -> None:
    """Forget blocks that nobody has to go back to any more."""
    connection.execute(delete(blocks).where(blocks.c.number < below))


def report(connection: Connection, *, head: int, seen_at: int) -> None:
    """Say that the indexer lives, for those who ask whether to trust its rows.

    Args:
        connection: A transaction.
        head: Highest block that it has seen.
        seen_at: Unix second, by this machine's clock.
    """
    connection.execute(update(position).values(head=head, seen_at=seen_at, problem=None))


def report_problem(connection: Connection, problem: str) -> None:
    """Say why the indexer has stopped for good.

    Args:
        connection: A transaction.
        problem: In words.
    """
    connection.execute(update(position).values(problem=problem))


_COLUMNS = [position.c[name] for name in Position.__dataclass_fields__]
