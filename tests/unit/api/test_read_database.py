"""A server that reads a replica, and writes to the primary."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from agentescrow.api.app import create_app
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.service import health
from agentescrow.store.database import migrate, open_database
from agentescrow.store.people.relayer_state import RelayerState, report_relayer
from agentescrow.store.position import Position, begin_position
from agentescrow.store.tables import blocks
from agentescrow.wire.shape import iso_time
from localnet.anvil import free_port
from tests.unit.api.conftest import NOW

POSTER = "0x" + "C" * 40


@pytest.fixture
def replica(tmp_path):
    """A database that is as far as a test says."""
    engine = open_database(f"sqlite:///{tmp_path / 'replica.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def nowhere():
    """A database that does not answer."""
    engine = open_database(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres")
    yield engine
    engine.dispose()


@pytest.fixture
def client(service, monkeypatch):
    """Makes a client of a server with a replica."""
    monkeypatch.setattr(health.time, "time", lambda: NOW)

    def make(replica, **changes):
        changed = replace(service, replica=replica, **changes)
        app = create_app(changed, rate_limit=RateLimit(0))
        return TestClient(app, raise_server_exceptions=False)

    return make


def index(engine, block, *, head=None, silent=0):
    """Fill a database up to a block."""
    head = block if head is None else head
    row = {"number": block, "hash": "0xa", "parent_hash": "0x0", "time": NOW, "digest": ""}
    with engine.begin() as connection:
        found = Position(31337, {}, 0, block, head, NOW - silent, None)
        begin_position(connection, found)
        connection.execute(insert(blocks).values(row))


def post():
    terms = {"reward": "1000000", "ipfsHash": "ipfs://x", "deadline": iso_time(NOW + 86_400)}
    return {"walletAddress": POSTER, **terms}


def test_reads__with_a_replica__are_of_its_block(client, database, replica):
    """API-6: lists, single ones, streams and what is read of no table name the replica's block."""
    index(database, 101)
    index(replica, 100)
    asked = client(replica)
    for path in ("/api/runs", "/api/runs/1", "/api/stats", "/api/events?follow=false", "/health"):
        assert asked.get(path).headers["x-indexed-block"] == "100", path
    assert asked.head("/api/runs").headers["x-indexed-block"] == "100"


def test_requests__with_a_replica__are_those_of_the_primary(client, database, replica):
    """API-4: whoever relays writes into the primary, and so does whoever asks for it."""
    index(database, 100)
    index(replica, 100)
    with database.begin() as connection:
        report_relayer(connection, RelayerState(POSTER, 10**7, NOW))
    asked = client(replica)

    assert asked.get("/api/config").json()["relayer"]["available"] is True
    assert asked.get("/ready").json()["relayer"]["address"] == POSTER


def test_write__with_a_replica__is_as_of_the_primary(client, database, replica):
    """API-6: the answer to a write is not older than what was written."""
    index(database, 101)
    index(replica, 100)
    refused = client(replica).post(
        "/api/runs/1/claim", json={"walletAddress": POSTER, "agentId": 1}
    )

    assert refused.status_code == 404
    assert refused.headers["x-indexed-block"] == "101"


@pytest.mark.parametrize(
    ("primary", "words"),
    [
        ({"block": 130}, None),
        ({"block": 131}, "The replica is 31 blocks and 0 seconds behind the primary."),
        (
            {"block": 100, "silent": -61},
            "The replica is 0 blocks and 61 seconds behind the primary.",
        ),
        ({"block": 100, "head": 131}, None),
    ],
)
def test_ready__replica_that_stopped__is_503_in_words(client, database, replica, primary, words):
    """API-5: an index that is behind, whoever's fault it is; its lag is counted from the head."""
    index(database, **primary)
    index(replica, 100)
    answer = client(replica).get("/ready")

    told = answer.json()
    assert answer.status_code == (200 if words is None else 503)
    assert told["problem"] == words
    assert told["lag"] == primary.get("head", primary["block"]) - 100
    assert told["indexedBlock"] == 100


def test_reads__while_the_primary_is_away__go_on(client, replica, nowhere, service):
    """API-5: a failover takes the writes away, and nothing else."""
    index(replica, 100)
    admission = type(service.admission)(nowhere, service.pool, service.deployment)
    asked = client(replica, database=nowhere, admission=admission)

    assert asked.get("/api/runs").status_code == 200
    ready = asked.get("/ready")
    assert ready.status_code == 200, ready.text
    assert ready.json()["relayer"]["available"] is False
    assert ready.json()["relayer"]["problem"] == "the primary database does not answer"
    assert asked.get("/api/config").status_code == 200
    assert "\nagentescrow_relayer_up 0.0\n" in asked.get("/metrics").text
    refused = asked.post("/api/runs", json=post())
    assert (refused.status_code, refused.json()["error"]) == (503, "DATABASE_BUSY")
    assert refused.headers["retry-after"]


def test_reads__while_the_replica_is_away__are_503(client, database, nowhere):
    """API-3: the primary is not asked instead; who wants that names it in DATABASE_READ_URL."""
    index(database, 100)
    asked = client(nowhere)
    for path in ("/api/runs", "/api/runs/1", "/api/stats", "/ready"):
        refused = asked.get(path)
        assert (refused.status_code, refused.json()["error"]) == (503, "DATABASE_BUSY"), path
    refused = asked.post("/api/runs/1/claim", json={"walletAddress": POSTER, "agentId": 1})
    assert refused.status_code == 404
