"""One number for all rows, so that two databases can be compared without reading them.

It is the sum of a hash of each row, so it depends on the rows alone: not on their order, not on the
way they came about. A changed row is taken out and put in again; the sum of all rows, read anew,
must be the same (`recomputed`). It finds mistakes; it is no proof against somebody who makes them.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import orjson
from sqlalchemy import Connection, Table, select

from agentescrow.store.schema import Kind, tables_of

_BYTES: Final = 32
_MODULUS: Final = 1 << (8 * _BYTES)
_ROWS_AT_ONCE: Final = 10_000


def row_digest(table: str, image: bytes) -> int:
    """The number of one row.

    Args:
        table: Its table.
        image: All of its columns, in the table's order, as a JSON list.
    """
    return int.from_bytes(blake2b(table.encode() + image, digest_size=_BYTES).digest())


def total(digest: int) -> int:
    """Bring a sum of `row_digest` back into its range."""
    return digest % _MODULUS


def to_text(digest: int) -> str:
    """The digest as `blocks.digest` has it."""
    return f"{digest:0{2 * _BYTES}x}"


def from_text(text: str) -> int:
    """The digest as a number."""
    return int(text, 16)


def recomputed(connection: Connection) -> str:
    """The digest of all rows, read anew.

    Args:
        connection: A transaction.
    """
    return to_text(total(sum(_of_table(connection, table) for table in tables_of(Kind.CHAIN))))


def _of_table(connection: Connection, table: Table) -> int:
    reading = connection.execution_options(yield_per=_ROWS_AT_ONCE)
    rows = reading.execute(select(table))
    return sum(row_digest(table.name, orjson.dumps(tuple(row))) for row in rows)
