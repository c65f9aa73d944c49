"""PostgreSQL may end a connection whenever it likes (API-3)."""

from __future__ import annotations

import pytest
from sqlalchemy import column, func, select, table

from agentescrow.store.async_statements import APPLICATION

pytestmark = pytest.mark.parametrize("market", ["postgresql"], indirect=True)


def end_connections(database):
    """End those that lists are asked over; how many there were."""
    pid = column("pid")
    mine = table("pg_stat_activity", pid, column("application_name"))
    ending = select(func.pg_terminate_backend(pid)).select_from(mine)
    with database.connect() as connection:
        return len(connection.execute(ending.where(mine.c.application_name == APPLICATION)).all())


def test_list__its_connections_ended__is_answered_all_the_same(market, client, poster):
    """API-3: other connections are there to be asked."""
    posted = market.post(poster)
    market.indexed()
    before = [client.get("/api/runs").json() for _ in range(2)][-1]

    ended = end_connections(market.service.database)
    after = [client.get("/api/runs") for _ in range(ended + 1)]

    assert ended
    assert before["runs"][0]["bountyId"] == posted
    assert [answer.json() for answer in after] == [before] * len(after)
