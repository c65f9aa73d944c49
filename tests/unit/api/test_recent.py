"""Answers that are given again: the same bytes while they are true, 304 to who has them."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from agentescrow.api.app import create_app
from agentescrow.api.indexed_block import IndexedBlockReader
from agentescrow.api.metrics import REQUESTS
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.response_cache import BYTES_MAX, CachedResponse, ResponseCache
from agentescrow.store.changes import Changes
from agentescrow.store.position import Block
from agentescrow.store.tables import agents, blocks, runs
from tests.unit.api.conftest import NOW

INDEXED = (
    "/api/runs",
    "/api/runs?page=2&limit=1&sort=oldest",
    "/api/runs/1",
    "/api/runs/1/claim-eligibility?agentId=1",
    "/api/agents",
    "/api/agents/1",
    "/api/agents/1/stake",
    "/api/agents/1/markets",
    "/api/credits/0x0000000000000000000000000000000000000007",
    "/api/stats",
)
RUN = {**dict.fromkeys(runs.c.keys(), 0), "poster": "0x1", "ipfs_hash": "", "abandoned": False}
NOT_INDEXED = ("/api/config", "/ready", "/health", "/metrics", "/api/runs/7", "/api/nothing")


@pytest.fixture
def filled(database, indexed):
    """Two runs and an agent."""
    agent = {**dict.fromkeys(agents.c.keys(), 0), "uri": "", "owner": "0x1", "frozen": False}
    agent |= {"approved": None, "wallet": None, "agent_id": 1}
    with database.begin() as connection:
        changes = Changes(connection, 0)
        for run_id in (1, 2):
            changes.put(runs, RUN | {"run_id": run_id})
        changes.put(agents, agent)
        changes.end_block()
        changes.write()


@pytest.fixture
def reward(database):
    """Changes a run, as only a block does."""

    def change(number, run_id=1):
        with database.begin() as connection:
            connection.execute(runs.update().where(runs.c.run_id == run_id).values(reward=number))

    return change


@pytest.fixture(params=["in a test", "served"])
def app_client(request, service):
    """A client of an app, which holds its connections or does not yet."""
    client = TestClient(create_app(service, rate_limit=RateLimit(0)), raise_server_exceptions=False)
    if request.param == "in a test":
        yield client
    else:
        with client:
            yield client


def rewards(client):
    shown = client.get("/api/runs?sort=oldest").json()["runs"]
    return [int(run["reward"]) for run in shown], int(client.get("/api/runs/1").json()["reward"])


def test_answer__asked_again__is_kept_until_the_next_block(app_client, filled, reward, index_block):
    """API-6: nothing is read again, and nothing is stale."""
    assert rewards(app_client) == ([0, 0], 0)
    reward(5)
    assert rewards(app_client) == ([0, 0], 0)  # the block says that nothing has changed
    index_block(101, "0xb")
    assert rewards(app_client) == ([5, 0], 5)


def test_answer__of_a_block_that_was_taken_back__is_not_given(
    app_client, filled, reward, index_block
):
    """API-6: another block with the same number, then one with a lower number, then the first."""
    for number, block_hash, told in (
        (101, "0xb", 1),
        (101, "0xc", 2),
        (100, "0xa", 3),
        (101, "0xb", 4),
    ):
        reward(told)
        index_block(number, block_hash)
        assert rewards(app_client) == ([told, 0], told)
        assert app_client.get("/api/runs/1").headers["x-indexed-block-hash"] == block_hash


def test_answer__where_rows_alone_differ__is_not_given(client, database, filled, reward):
    """API-6: a database that was filled anew has another digest at the same block."""
    client.get("/api/runs/1")
    reward(5)
    with database.begin() as connection:
        connection.execute(blocks.update().values(digest="ff"))
    assert client.get("/api/runs/1").json()["reward"] == "5"


def test_answer__of_two_apps__follows_the_database(service, filled, reward, index_block):
    """API-6: each keeps its own; the block is asked for each time."""
    one, two = (TestClient(create_app(service)) for _ in range(2))
    assert rewards(one) == rewards(two) == ([0, 0], 0)
    reward(5)
    index_block(101, "0xb")
    assert rewards(two) == ([5, 0], 5)
    assert rewards(one) == ([5, 0], 5)


def test_tag__of_what_the_client_has__is_304(app_client, filled, index_block):
    """API-6: with the headers of the answer, HEAD too; the block goes on."""
    for path in INDEXED:
        first = app_client.get(path)
        tag = first.headers["etag"]
        assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache"), path
        for named in (tag, f"W/{tag}", f'"other", {tag}', f'W/"a,b",{tag},"c"', "*"):
            for ask in (app_client.get, app_client.head):
                again = ask(path, headers={"If-None-Match": named})
                assert (again.status_code, again.content) == (304, b""), (path, named)
                assert again.headers["etag"] == tag
                assert again.headers["cache-control"] == "no-cache"
                assert again.headers["x-indexed-block"] == "100"
                assert "content-type" not in again.headers

    index_block(101, "0xb")
    for path in INDEXED:
        tag = app_client.get(path).headers["etag"]
        again = app_client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["x-indexed-block"]) == (304, "101"), path


def test_tag__of_something_else__is_the_answer(app_client, filled, reward, index_block):
    """API-6: as many tags as there are answers."""
    tag = app_client.get("/api/runs/1").headers["etag"]
    reward(5)
    index_block(101, "0xb")
    for named in (tag, '"', tag.strip('"'), "", f'"x{tag}"'):
        again = app_client.get("/api/runs/1", headers={"If-None-Match": named})
        assert (again.status_code, again.json()["reward"]) == (200, "5"), named
        assert again.headers["etag"] != tag


def test_tag__where_bytes_are_the_same__is_the_same(client, filled, index_block):
    """API-6: a block that changes nothing of it costs nobody a download."""
    before = client.get("/api/runs")
    index_block(101, "0xb")
    after = client.get("/api/runs", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 304
    assert after.headers["x-indexed-block-hash"] == "0xb"


def test_answer__of_what_is_no_function_of_the_block__is_not_kept(client, database, filled):
    """API-5, API-6: the relayer and the indexer change without a block, and errors are not kept."""
    for path in NOT_INDEXED:
        answer = client.get(path, headers={"If-None-Match": "*"})
        assert answer.status_code != 304, path
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-cache"

    with database.begin() as connection:
        connection.execute(insert(runs).values(RUN | {"run_id": 7}))
    assert client.get("/api/runs/7").status_code == 200


def test_answer__of_another_query__is_another_one(client, filled):
    """API-1: of the same one in another order it is the same."""
    asked = "/api/runs?limit=1&sort=oldest"
    first = client.get(asked)
    assert client.get("/api/runs?sort=oldest&limit=1").content == first.content
    for other in ("limit=1", "limit=2&sort=oldest", "limit=1&sort=oldest&state=CLAIMED"):
        assert client.get(f"/api/runs?{other}").content != first.content, other
    assert client.get("/api/runs/1").content != client.get("/api/agents/1").content
    assert client.get(f"{asked}&nonsense=").status_code == 400


def test_answer__given_again__is_counted_for_its_route(client, filled):
    """API-5: in the metrics it is what any answer is."""
    counted = REQUESTS.labels("GET", "/api/runs/{run_id}", 200)
    before = counted._value.get()
    for _ in range(3):
        client.get("/api/runs/1")
    assert counted._value.get() == before + 3


def test_answer__where_the_database_does_not_say_the_block__is_an_error(
    client, filled, monkeypatch
):
    """API-6: what was true before is not told then."""
    client.get("/api/runs/1")

    def fail(*_):
        raise OperationalError("", None, Exception("disk I/O error"))

    monkeypatch.setattr("agentescrow.api.indexed_block.indexed_block", fail)
    monkeypatch.setattr("agentescrow.api.index.indexed_block", fail)
    answer = client.get("/api/runs/1")
    assert (answer.status_code, answer.json()["error"]) == (503, "DATABASE_BUSY")


def test_cache__of_many_answers__has_a_bound(database, filled):
    """API-6: those that were asked for least lately go first, by their bytes."""
    cache = ResponseCache(IndexedBlockReader(database))
    block = Block(100, "0xa", "0x0", NOW, "")
    long = 500_000
    for number in range(200):
        cache.add(CachedResponse((f"/{number}", b""), None, block, b"x" * long))
        assert cache.size <= BYTES_MAX
    assert cache.size > BYTES_MAX - 2 * long

    size = cache.size
    cache.add(CachedResponse(("/", b""), None, block, b"x" * BYTES_MAX))  # as good as all of them
    cache.add(CachedResponse(("/", b"x" * BYTES_MAX), None, block, b""))
    assert cache.size == size
