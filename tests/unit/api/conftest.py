"""The app over an index that a test fills by hand; no node answers."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from agentescrow.api.app import create_app
from agentescrow.api.service import Service
from agentescrow.api.traffic import RateLimit
from agentescrow.chain.calls import Calls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Pool
from agentescrow.relayer.admission import Admission
from tests.unit.store.conftest import database

__all__ = ["database"]

ADDRESSES = {
    name: f"0x{number:040x}"
    for number, name in enumerate(
        ("usdc", "identity", "forwarder", "registry", "escrow", "treasury", "owner"), 1
    )
}


@pytest.fixture
def service(database):
    deployment = Deployment(chain_id=31337, network="local", block=0, **ADDRESSES)
    pool = Pool("http://127.0.0.1:1")
    admission = Admission(database, pool, deployment)
    return Service(database, deployment, pool, admission, Calls(deployment.escrow))


@pytest.fixture
def client(service):
    return TestClient(create_app(service, rate_limit=RateLimit(0)), raise_server_exceptions=False)
