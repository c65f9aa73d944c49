"""Metadata of the schema: column types, and the kind of each table.

Nouns declare tables with `chain_table` and `counts_table`; what people fill is a `people_table`.

Amounts are base units of USDC, times unix seconds, addresses in checksum case, hashes 0x and hex.
NULL means "does not apply (yet)", never zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import BigInteger, Column, MetaData, Row, String
from sqlalchemy import Table as Table  # also for the indexer, which does not import SQLAlchemy
from sqlalchemy.schema import SchemaItem

AnyRow = Row[tuple[Any, ...]]
"""A row of any table, with its columns as attributes."""

metadata: Final = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"}
)

ADDRESS: Final = String(42)
HASH: Final = String(66)
CONTRACT: Final = String(20)
"""Name of a contract, such as RunEscrow."""


class Kind(Enum):
    """Source of a table's rows, which decides what undo and digest do with them.

    Attributes:
        CHAIN: Events. A new sync makes the same rows, so undo and the digest cover them.
        COUNTS: Rows of a CHAIN table. Undo covers them; the digest does not need to.
        KERNEL: Bookkeeping of the index, such as undo itself; covered by neither.
        PEOPLE: Requests of users. No sync brings them back, and a reorganisation leaves them
            alone except for columns that are `as_of` a block, so they are covered by neither.
    """

    CHAIN = auto()
    COUNTS = auto()
    KERNEL = auto()
    PEOPLE = auto()


def chain_table(name: str, *items: SchemaItem, **options: Any) -> Table:  # noqa: ANN401
    """Declare a table that events fill."""
    return _table(Kind.CHAIN, name, *items, **options)


def counts_table(name: str, *items: SchemaItem, **options: Any) -> Table:  # noqa: ANN401
    """Declare a table of counts, for `totals.Counted`."""
    return _table(Kind.COUNTS, name, *items, **options)


def kernel_table(name: str, *items: SchemaItem, **options: Any) -> Table:  # noqa: ANN401
    """Declare a table of the index itself."""
    return _table(Kind.KERNEL, name, *items, **options)


def people_table(name: str, *items: SchemaItem, **options: Any) -> Table:  # noqa: ANN401
    """Declare a table that requests of users fill."""
    return _table(Kind.PEOPLE, name, *items, **options)


def tables_of(*kinds: Kind) -> tuple[Table, ...]:
    """List the tables of some kinds, in the order of their declaration."""
    return tuple(table for table in metadata.tables.values() if kind_of(table) in kinds)


def kind_of(table: Table) -> Kind:
    """Return the kind that a table was declared with."""
    kind: Kind = table.info["kind"]
    return kind


def id_column(name: str) -> Column[int]:
    """Number that comes from elsewhere: part of the primary key, never made up by a sequence."""
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def amount_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Amount in base units of USDC."""
    return Column(name, BigInteger, nullable=nullable)


def time_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Time in unix seconds."""
    return Column(name, BigInteger, nullable=nullable)


def as_of(name: str) -> dict[str, str]:
    """Mark a column as derived from a block, whose number another column of that name holds.

    It becomes NULL when that block is taken back.
    """
    return {"as_of": name}


def columns_as_of_a_block() -> Iterator[tuple[Column[Any], Column[Any]]]:
    """List the columns that `as_of` marks, each with the column of the block's number."""
    for table in metadata.tables.values():
        for column in table.columns:
            if "as_of" in column.info:
                yield column, table.columns[column.info["as_of"]]


def _table(kind: Kind, name: str, *items: SchemaItem, **options: Any) -> Table:  # noqa: ANN401
    return Table(name, metadata, *items, info={"kind": kind}, **options)
