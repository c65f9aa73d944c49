"""What reorganisations have taken back, for those who had heard of it.

It is no part of what comes from the chain: a fresh sync knows nothing of it, nor is it in a digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, literal, select

from agentescrow.store.events import ALL, EventFilter, that_fit, up_to
from agentescrow.store.kernel_tables import events, reorganisations, taken_back
from agentescrow.store.schema import AnyRow

_KEPT_BLOCKS: Final = 2_000  # below the block that was gone back to


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """A way back.

    Args:
        number: They are counted from 1.
        block_number: The highest block that stayed.
    """

    number: int
    block_number: int


def note(connection: Connection, block: int) -> None:
    """Keep the events above a block, before they are taken back; those of long ago are forgotten.

    Args:
        connection: A transaction.
        block: The highest that stays.
    """
    number = last_reorganisation(connection) + 1
    connection.execute(insert(reorganisations).values(number=number, block_number=block))
    gone = select(literal(number), *events.c).where(events.c.block_number > block)
    connection.execute(insert(taken_back).from_select([*taken_back.c], gone))
    for table in (reorganisations, taken_back):
        old = table.c.block_number < block - _KEPT_BLOCKS
        connection.execute(delete(table).where(old))


def last_reorganisation(connection: Connection) -> int:
    """The number of the last one, 0 before the first."""
    return int(connection.execute(select(func.max(reorganisations.c.number))).scalar_one() or 0)


def reorganisations_after(connection: Connection, number: int) -> Sequence[Reorganisation]:
    """Those after one, in order.

    Args:
        connection: A transaction.
        number: Of the one.
    """
    wanted = select(reorganisations).where(reorganisations.c.number > number)
    found = connection.execute(wanted.order_by(reorganisations.c.number))
    return [Reorganisation(*row) for row in found]


def taken_back_by(
    connection: Connection,
    number: int,
    *,
    first_block: int,
    place: tuple[int, int],
    limit: int,
    longest: int,
    wanted: EventFilter = ALL,
) -> Sequence[AnyRow]:
    """The events that a reorganisation has taken back, from a place in the chain backwards.

    Args:
        connection: A transaction.
        number: The reorganisation.
        first_block: The lowest block that is asked for.
        place: Block and index of the first one.
        limit: Most events.
        longest: Characters of all their arguments; a single event may have more.
        wanted: Which.
    """
    table: Any = taken_back
    conditions = (
        table.c.reorganisation == number,
        table.c.block_number >= first_block,
        up_to(table, *place),
        *wanted.conditions(table),
    )
    latest_first = (table.c.block_number.desc(), table.c.log_index.desc())
    lengths = select(func.length(table.c.data).label("length")).where(*conditions)
    fitting = that_fit(
        lambda number: connection.execute(lengths.order_by(*latest_first).limit(number)).all(),
        limit,
        longest,
    )
    found = select(table).where(*conditions).order_by(*latest_first)
    return connection.execute(found.limit(len(fitting))).all()
