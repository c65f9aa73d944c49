"""The app over an index that a test fills by hand; no node answers."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from agentescrow.api.app import create_app
from agentescrow.api.dependencies import Service
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.service import health
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Pool
from agentescrow.relayer.admission import Admission
from agentescrow.store.position import Position, begin_position
from agentescrow.store.tables import blocks
from tests.unit.store.conftest import database

__all__ = ["database"]

NOW = 1_700_000_000
ADDRESSES = {
    name: f"0x{number:040x}"
    for number, name in enumerate(
        ("usdc", "identity", "forwarder", "registry", "runs", "treasury", "owner"), 1
    )
}


@pytest.fixture
def service(database):
    deployment = Deployment(chain_id=31337, network="local", block=0, **ADDRESSES)
    pool = Pool("http://127.0.0.1:1")
    admission = Admission(database, pool, deployment, clock=lambda: NOW)
    return Service(database, deployment, pool, admission)


@pytest.fixture
def client(service):
    return TestClient(create_app(service, rate_limit=RateLimit(0)), raise_server_exceptions=False)


@pytest.fixture
def index_at(database, monkeypatch):
    """Says how far the index is, by a clock that stands still."""
    monkeypatch.setattr(health.time, "time", lambda: NOW)

    def say(*, lag=0, silent=0, problem=None):
        contracts = {"RunEscrow": ADDRESSES["runs"], "StakeRegistry": ADDRESSES["registry"]}
        found = Position(31337, contracts, 0, 100, 100 + lag, NOW - silent, problem)
        with database.begin() as connection:
            begin_position(connection, found)
            row = {"number": 100, "hash": "0xa", "parent_hash": "0x0", "time": NOW, "digest": ""}
            connection.execute(insert(blocks).values(row))

    return say


@pytest.fixture
def index_block(database):
    """Indexes a block, and takes back all from its number on."""

    def index(number, block_hash):
        row = {"number": number, "hash": block_hash, "parent_hash": "0x0", "time": NOW}
        with database.begin() as connection:
            connection.execute(blocks.delete().where(blocks.c.number >= number))
            connection.execute(insert(blocks).values(row | {"digest": ""}))

    return index


@pytest.fixture
def indexed(index_at):
    """The index is at the head."""
    index_at()
