"""`agentescrow index`, `serve` and `relay` as a user starts them (API-4, API-5)."""

from __future__ import annotations

import os
import subprocess
import sys

import httpx
import pytest

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.wallet import LocalWallet
from agentescrow.store.database import migrate, open_database
from agentescrow.wire.shape import iso_time
from deployment.local_chain import local_chain
from deployment.record import Records
from localnet.anvil import free_port
from tests.waiting import ENOUGH, until

RUN = "import sys; from agentescrow.cli.main import main; sys.argv[0] = 'agentescrow'; main()"


@pytest.fixture
def chain(tmp_path):
    with local_chain(Records(tmp_path, tmp_path / "unfinished")) as running:
        yield running


@pytest.fixture
def start(chain, tmp_path):
    """Starts a command with the chain's settings; ends it with the test."""
    started = []
    settings = {
        "RPC_URL": chain.url,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'index.db'}",
        "DEPLOYMENT": str(next(tmp_path.glob("*.json"))),
        "RELAYER_KEY": chain.accounts["relayer"].key.to_0x_hex(),
    }

    def begin(*words):
        environment = {**os.environ, **settings}
        process = subprocess.Popen([sys.executable, "-c", RUN, *words], env=environment)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=ENOUGH)


def test_commands__together__carry_a_signed_run(chain, start, tmp_path):
    """API-4: index, serve and relay share a database and nothing else."""
    migrate(open_database(f"sqlite:///{tmp_path / 'index.db'}"))  # so that all may start at once
    start("index")
    contracts = Contracts(chain.w3, load(next(tmp_path.glob("*.json"))))
    poster = LocalWallet(chain.w3, chain.accounts["poster"])
    contracts.usdc.approve(poster, contracts.runs.address, 10**9)

    alone, shared = free_port(), free_port()
    with_relayer = start("serve", "--port", str(alone))
    _post(chain, poster, alone)
    with_relayer.terminate()
    with_relayer.wait(timeout=ENOUGH)
    start("serve", "--port", str(shared), "--no-relayer")
    start("relay")
    _post(chain, poster, shared)


def _post(chain, poster, port):
    now = chain.w3.eth.get_block("latest")["timestamp"]
    body = {"walletAddress": poster.address, "reward": "1000000", "ipfsHash": "ipfs://work"}
    body["deadline"] = iso_time(now + 3600)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ENOUGH) as client:
        _until_ready(client)
        typed = client.post("/api/runs", json=body).json()["typedData"]
        signature = "0x" + poster.sign_typed_data(typed).hex()
        signed = body | {"request": typed["message"], "signature": signature}
        answer = client.post("/api/runs", json=signed)
        assert answer.status_code == 200, answer.text
        assert answer.json()["run"]["state"] == "OPEN"
        assert client.get("/ready").json()["ready"] is True


def _until_ready(client):
    """It answers, and the indexer beside it has come as far as the chain."""

    def ready():
        try:
            return client.get("/ready").status_code == 200
        except httpx.ConnectError:
            return False

    until(ready)
