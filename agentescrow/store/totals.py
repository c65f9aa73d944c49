"""Exact totals of rows by key and least amount, without counting rows.

A table of counts has, for each key, the number of rows by amount (level 0), by amount >> 12 (level
1), by amount >> 24 and by amount >> 36. The rows with at least some amount are the sum of at most
4 ranges of at most 4,095 counts, however many rows there are: the amounts above it in its block of
4,096, the blocks above that one in their block, and so on. Amounts are mostly round, so that a sum
has a few counts in practice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, or_

LEVELS: Final = 4
_BITS: Final = 12
_BLOCK: Final = (1 << _BITS) - 1

Values = tuple[Any, ...]
"""All columns of a row, in the table's order."""

CountKey = tuple[int, ...]
"""Key of a count: the values counted by, level, prefix."""

COUNTED: Final[dict[Table, Counted]] = {}
"""How rows are counted, by table; `changes` keeps the counts up to date."""


class Counted:
    """Rule by which the rows of a table are counted.

    Attributes:
        counts: Table of the counts. Its key is the columns counted by, `level` and `prefix`; its
            last column is the number of rows.
    """

    def __init__(self, table: Table, *, by: tuple[str, ...], amount: str, counts: Table) -> None:
        """Register the rule.

        Args:
            table: Table whose rows are counted.
            by: Columns that totals are asked for by exact value.
            amount: Column that totals are asked for by least value; never negative.
            counts: Table of the counts.
        """
        names = list(table.c.keys())
        self.counts = counts
        self._key: Callable[[Values], Values] = itemgetter(*map(names.index, (*by, amount)))
        COUNTED[table] = self

    def differences(self, before: Iterable[Values], after: Iterable[Values]) -> Counter[CountKey]:
        """Compute by how much counts change along with rows."""
        moved = Counter(map(self._key, after))
        moved.subtract(Counter(map(self._key, before)))
        found: Counter[CountKey] = Counter()
        for (*by, amount), rows in moved.items():
            for level in range(LEVELS):
                found[*by, level, amount >> (_BITS * level)] += rows
        return Counter({key: rows for key, rows in found.items() if rows})

    def all(self) -> ColumnElement[bool]:
        """Return the condition on counts that add up to all rows."""
        return self.counts.c.level == LEVELS - 1

    def at_least(self, amount: int) -> ColumnElement[bool]:
        """Return the condition on counts that add up to all rows with at least an amount."""
        if amount <= 0:
            return self.all()
        level, prefix = self.counts.c.level, self.counts.c.prefix
        ranges = [and_(level == 0, prefix.between(amount, amount | _BLOCK))]
        for n in range(1, LEVELS):
            own = amount >> (_BITS * n)
            last = own | _BLOCK
            above = prefix > own if n == LEVELS - 1 else prefix.between(own + 1, last)
            ranges.append(and_(level == n, above))
        return or_(*ranges)
