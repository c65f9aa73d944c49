"""No list walks a table: SQLite's plans of all filters and orders."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import text

from agentescrow.domain.run import RunState
from agentescrow.store.runs import SORTS, Place, RunFilter, page_of_runs
from agentescrow.store.runs import count as count_runs

STATES = ((), (RunState.OPEN,), (RunState.OPEN, RunState.CLAIMED))
FILTERS = [
    RunFilter(states=states, min_reward=least, **of, **numbers)
    for states, least, of, numbers in product(
        STATES,
        (0, 5),
        ({}, {"poster": "0x1"}, {"agent_id": 1}),
        ({}, {"first": 3, "last": 9}),
    )
]
STARTS = ({}, {"offset": 40}, {"after": Place(50, 7)})


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("total", [100, 10**6], ids=["few", "many"])
def test_page_of_runs__of_any_filter__uses_an_index(database, sort, total):
    """API-6: of a million runs."""
    with database.connect() as connection:
        for wanted, start in product(FILTERS, STARTS):
            statement = page_of_runs(wanted, sort=sort, limit=21, total=total, **start)
            sql, values = statement.query.text(connection.dialect, statement.values)
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), values).all()
            walks = [row.detail for row in plan if row.detail.split()[:2] == ["SCAN", "runs"]]
            assert all("INDEX" in walk for walk in walks), (wanted, start, walks)


def test_count__of_any_filter__is_of_an_index(database):
    """API-6: totals are exact, and no row is read for them."""
    with database.connect() as connection:
        for wanted in FILTERS:
            assert count_runs(connection, wanted) == 0 or wanted.numbered
