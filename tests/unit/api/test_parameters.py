"""Cursors: a place in a list and back, and what is none."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import insert

from agentescrow.api.errors import ApiError
from agentescrow.api.parameters import LIMIT_MAX, SKIPPED_MAX, read_cursor, write_cursor
from agentescrow.api.runs import routes
from agentescrow.domain.runs.run import RunState
from agentescrow.store.changes import Changes
from agentescrow.store.tables import agents, run_counts, runs
from agentescrow.store.totals import LEVELS
from agentescrow.wire.shape import iso_time
from tests.unit.api.conftest import ADDRESSES, NOW


@pytest.mark.parametrize("values", [(0,), (1, 2), (2**63 - 1, 0)])
def test_cursor__written__is_read_back(values):
    """API-1: any numbers that a database may have."""
    cursor = write_cursor("newest", *values)

    assert read_cursor(cursor, "newest", len(values)) == list(values)
    assert "=" not in cursor


@pytest.mark.parametrize(
    "text",
    [
        "oldest:1:2",  # of another order
        "newest:1",
        "newest:1:2:3",
        "newest:-1:2",
        "newest:1:9223372036854775808",
        "newest:1:x",
        "newest",
        "",
        "néwest:1:2",
    ],
)
def test_cursor__of_another_list_or_made_up__is_400(text):
    """API-1: numbers that no list has would be an error of the database's."""
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    with pytest.raises(ApiError) as refused:
        read_cursor(cursor, "newest", 2)
    assert (refused.value.status, refused.value.error) == (400, "INVALID_CURSOR")


@pytest.mark.parametrize("cursor", ["A", "ä", "!!!!", "bmV3ZXN0OjE6Mg==="])
def test_cursor__that_is_no_base64__is_400(cursor):
    """API-1: whatever stands in the address."""
    with pytest.raises(ApiError):
        read_cursor(cursor, "newest", 3)


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("/api/runs/{}", (0, 2**63 - 1), (-1, 2**63, "x")),
        ("/api/agents/{}", (0, 2**63 - 1), (-1, 2**63, "x")),
        ("/api/runs?page={}", (1, 10**12), (0, 10**12 + 1)),
        ("/api/runs?limit={}", (1, 100), (0, 101)),
        ("/api/runs?agentId={}", (0, 2**63 - 1), (-1, 2**63)),
        ("/api/agents?page={}", (1, 10**12), (0, 10**12 + 1)),
        ("/api/agents?limit={}", (1, 100), (0, 101)),
        ("/api/runs?minReward={}", ("0", "1" * 12), ("1" * 41, "x")),
        ("/api/events?follow=false&fromBlock={}", (0, 2**63 - 1), (-1, 2**63)),
    ],
)
def test_parameter__at_its_ends__is_taken_and_one_beyond_is_400(client, indexed, path, good, bad):
    """API-1, API-3: a number that no database has is a wrong value, and no fault of the service."""
    for value in good:
        assert client.get(path.format(value)).status_code in (200, 404), value
    for value in bad:
        answer = client.get(path.format(value))
        assert answer.status_code == 400, value
        assert answer.json()["error"].startswith("INVALID_"), value


def test_list__nothing_said__is_the_first_twenty_of_the_newest(client, indexed):
    """API-1: page 1, limit 20."""
    place = client.get("/api/runs").json()["pagination"]

    assert (place["page"], place["limit"]) == (1, 20)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_openapi__every_operation__declares_what_may_be_answered_anywhere(client, method):
    """API-1: the numbers of docs/rest.md; those of bodies and keys only where there are any."""
    everywhere = {"400", "405", "408", "429", "431", "500", "503"}
    of_posts = {"409", "413", "415", "422"}
    paths = client.get("/openapi.json").json()["paths"]
    api = [
        told[method.lower()]
        for path, told in paths.items()
        if path.startswith("/api/") and method.lower() in told
    ]

    assert api
    for each in api:
        assert everywhere <= each["responses"].keys(), each["operationId"]
        assert (of_posts <= each["responses"].keys()) is (method == "POST"), each["operationId"]


def test_list__of_several_states_or_of_a_time__has_these_alone(client, filled):
    """API-1: run n has the reward n and was created n seconds later than 22:13:20."""
    day = "2023-11-14T22:13"
    for query, numbers in {
        "state=OPEN": [5, 2],
        "state=OPEN,DRAFT": [5, 4, 2, 1],
        "state=DRAFT,OPEN,DRAFT": [5, 4, 2, 1],
        "state=OPEN&state=CLAIMED": [6, 5, 3, 2],
        "state=DRAFT,OPEN&sort=oldest&limit=2&page=2": [4, 5],
        "state=OPEN,CLAIMED&sort=reward&minReward=2": [6, 5, 3, 2],
        f"createdAfter={day}:22.000Z": [6, 5, 4, 3, 2],
        f"createdBefore={day}:22.000Z": [1],
        f"createdAfter={day}:21Z&createdBefore={day}:25Z": [4, 3, 2, 1],
        f"createdAfter={day}:22Z&state=OPEN,CLAIMED&sort=oldest": [2, 3, 5, 6],
        f"createdAfter={day}:25Z&createdBefore={day}:22Z": [],
        "createdAfter=9999-12-31T23:59:59Z": [],
        f"wallet={ADDRESSES['owner']}": [6, 5, 4, 3, 2, 1],
        f"wallet={ADDRESSES['treasury']}": [6, 3],
        f"wallet={ADDRESSES['usdc']}": [],
        f"wallet={ADDRESSES['treasury']}&state=CLAIMED&minReward=4&sort=due": [6],
        "sort=due": [6, 5, 4, 2, 1, 3],  # run n has until second 60 - n; run 3 is claimed
        "sort=due&state=OPEN,DRAFT&limit=2&page=2": [2, 1],
        "sort=due&minReward=4": [6, 5, 4],
        f"deadlineAfter={day}:56Z&sort=oldest": [1, 2, 3, 4],
        f"deadlineBefore={day}:56Z": [6, 5],
        f"deadlineAfter={day}:55Z&deadlineBefore={day}:59Z&state=OPEN&sort=due": [5, 2],
    }.items():
        found = client.get(f"/api/runs?{query}").json()

        assert [run["bountyId"] for run in found["runs"]] == numbers, query
        assert found["pagination"]["total"] == (4 if "page" in query else len(numbers)), query


def test_list__of_no_such_state_or_time__is_400(client, filled):
    """API-3: part of a filter is no filter."""
    for query in (
        *("state=OPEN,open", "state=OPEN,", "createdAfter=1700000000", "createdBefore=now"),
        *("wallet=0x1", "deadlineAfter=+3d", "deadlineBefore=1", "sort=deadline"),
    ):
        assert client.get(f"/api/runs?{query}").status_code == 400, query


@pytest.mark.parametrize("sort", ["newest", "oldest", "reward", "due"])
@pytest.mark.parametrize("filters", ["", f"&wallet={ADDRESSES['owner']}", "&state=OPEN,CLAIMED"])
def test_list__by_cursor__is_what_it_is_by_page(client, filled, sort, filters):
    """API-1: in every order, under whatever filter."""
    by_page, by_cursor, cursor = [], [], ""
    for page in range(1, 4):
        by_page += _numbers(client, f"sort={sort}{filters}&limit=2&page={page}")[0]
        found, cursor = _numbers(client, f"sort={sort}{filters}&limit=2&cursor={cursor or ''}")
        by_cursor += found
        if cursor is None:
            break

    assert cursor is None
    assert by_cursor == by_page
    assert len(by_page) == (4 if "state" in filters else 6)


def _numbers(client, query):
    found = client.get(f"/api/runs?{query}").json()
    return [run["bountyId"] for run in found["runs"]], found["pagination"]["nextCursor"]


@pytest.fixture
def filled(database, indexed):
    """Six runs: DRAFT, OPEN and CLAIMED, twice."""
    row = {**dict.fromkeys(runs.c.keys(), 0), "ipfs_hash": "", "abandoned": False}
    with database.connect() as connection:
        changes = Changes(connection, 100)
        for number in range(1, 7):
            state = (RunState.CLAIMED, RunState.DRAFT, RunState.OPEN)[number % 3]
            made = {"run_id": number, "state": int(state), "created_at": NOW + number}
            made |= {"deadline": NOW + 40 - number, "reward": number * 10**6}
            made |= {"claimed_at": NOW if number == 3 else 0}
            payee = ADDRESSES["treasury"] if state is RunState.CLAIMED else None
            changes.put(runs, row | made | {"poster": ADDRESSES["owner"], "wallet": payee})
        changes.end_block()
        changes.write()
        connection.commit()


def test_page__that_passes_over_too_much__names_the_cursor(client, database, indexed):
    """API-1, API-3: what costs more the deeper it is has an end, and a way on."""
    count = {"state": RunState.OPEN, "level": LEVELS - 1, "prefix": 0, "runs": 10_000}
    agent = {**dict.fromkeys(agents.c.keys(), 0), "uri": "", "owner": "0x1", "frozen": False}
    agent |= {"approved": None, "wallet": None}
    with database.begin() as connection:
        connection.execute(insert(run_counts).values(count))
        connection.execute(
            insert(agents), [agent | {"agent_id": n} for n in range(SKIPPED_MAX + 1)]
        )

    deepest = SKIPPED_MAX // LIMIT_MAX + 1
    cursor = write_cursor("newest", 7, 7)
    for path, more in (
        ("/api/runs?state=OPEN", f"&cursor={cursor}"),
        ("/api/runs?sort=reward&minReward=0", f"&cursor={write_cursor('reward', 7, 7)}"),
        ("/api/agents?", f"&cursor={write_cursor('id', 7)}"),
    ):
        whole = f"{path}&limit={LIMIT_MAX}&page="
        assert client.get(f"{whole}{deepest}").status_code == 200
        refused = client.get(f"{whole}{deepest + 1}")
        assert (refused.status_code, refused.json()["error"]) == (400, "PAGE_TOO_DEEP"), path
        assert "`cursor`" in refused.json()["detail"]
        assert client.get(f"{whole}{deepest + 1}{more}").status_code == 200
    # Nothing is passed over: numbers tell where the page is, or there is nothing that deep.
    for path in ("/api/runs?sort=oldest", "/api/runs?state=CLAIMED", "/api/agents?status=BANNED"):
        assert client.get(f"{path}&page={10**12}").status_code == 200, path


def test_list__of_a_long_time__takes_no_other_filter(client, database, indexed, monkeypatch):
    """API-1, API-3: what would be counted one by one has an end, and a way on."""
    for name in ("CREATED_MAX", "DEADLINES_MAX"):
        monkeypatch.setattr(routes, name, 2)
    row = {**dict.fromkeys(runs.c.keys(), 0), "poster": "0x1", "ipfs_hash": "", "abandoned": False}
    with database.begin() as connection:
        connection.execute(
            insert(runs), [row | {"run_id": n, "created_at": NOW + n} for n in (1, 2, 3)]
        )
    whole, shorter = f"createdAfter={iso_time(NOW)}", f"createdAfter={iso_time(NOW + 2)}"
    deadline = f"deadlineBefore={iso_time(NOW)}"
    assert client.get(f"/api/runs?{deadline}").json()["error"] == "TIME_TOO_LONG"
    assert client.get(f"/api/runs?{deadline}&state=OPEN").status_code == 200
    for narrowed in ("state=OPEN", "minReward=1", "state=OPEN&sort=reward"):
        refused = client.get(f"/api/runs?{whole}&{narrowed}")
        assert (refused.status_code, refused.json()["error"]) == (400, "TIME_TOO_LONG")
        assert "`cursor`" in refused.json()["detail"]
        assert client.get(f"/api/runs?{shorter}&{narrowed}").status_code == 200
    for alone in ("", "&sort=reward", "&state=OPEN&agentId=1", f"&poster={ADDRESSES['owner']}"):
        assert client.get(f"/api/runs?{whole}{alone}").status_code == 200, alone
