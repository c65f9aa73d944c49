"""Agents by owner and by status: the rules' status, with exact totals."""

from __future__ import annotations

import random
from itertools import product

import pytest
from sqlalchemy import insert

from agentescrow.domain.agent import AgentStatus, status_of
from agentescrow.domain.constants import DAY, MIN_STAKE
from agentescrow.store.agents.queries import agent_of
from agentescrow.store.tables import agents
from tests.unit.api.conftest import ADDRESSES, NOW

OWNERS = (ADDRESSES["owner"], ADDRESSES["treasury"])
AGENTS = 200


@pytest.fixture
def filled(database, indexed):
    """Agents on all sides of every bound; one that the registry knows no more."""
    chance = random.Random(7)
    empty = {**dict.fromkeys(agents.c.keys(), 0), "uri": "", "approved": None, "wallet": None}
    rows = [
        {
            **empty,
            "agent_id": number,
            "owner": chance.choice(OWNERS) if number else None,
            "staked": (staked := chance.choice([0, MIN_STAKE - 1, MIN_STAKE, 2 * MIN_STAKE])),
            "staked_at": NOW - 30 * DAY + chance.choice([-1, 0, 1]) if staked >= MIN_STAKE else 0,
            "completions": chance.choice([4, 5, 6]),
            "rejections": chance.choice([0, 4, 5]),
            "strikes": chance.choice([0, 0, 0, 2, 3]),
            "frozen": chance.choice([False, False, False, True]),
        }
        for number in range(AGENTS)
    ]
    with database.begin() as connection:
        connection.execute(insert(agents), rows)
        return connection.execute(agents.select().order_by(agents.c.agent_id)).all()


def test_list__by_owner_and_status__has_these_alone(client, filled):
    """API-1, STAKE-5: as of the indexed block; page and cursor say the same."""
    for owner, status in product((None, *OWNERS, ADDRESSES["usdc"]), (None, *AgentStatus)):
        expected = [
            row.agent_id
            for row in filled
            if row.owner is not None
            and owner in (None, row.owner)
            and status in (None, status_of(agent_of(row), NOW))
        ]
        params = {
            "limit": 20,
            "owner": owner or "",
            "status": "" if status is None else status.name,
        }
        by_page, by_cursor, cursor = [], [], {}
        for page in range(1, AGENTS):
            by_page += numbers(client.get("/api/agents", params=params | {"page": page}))
            answer = client.get("/api/agents", params=params | cursor)
            by_cursor += numbers(answer)
            place = answer.json()["pagination"]
            assert place["total"] == len(expected)
            if place["nextCursor"] is None:
                break
            cursor = {"cursor": place["nextCursor"]}

        assert by_page == by_cursor == expected, (owner, status)


def test_list__by_what_no_agent_can_be__is_400(client, filled):
    """API-3: a problem that says what is allowed."""
    for query in ("status=GOOD", "status=provisional", "owner=0x1", "owner=me"):
        assert client.get(f"/api/agents?{query}").status_code == 400, query


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [agent["id"] for agent in answer.json()["agents"]]
