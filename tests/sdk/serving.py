"""Chain, indexer, relayer and API in threads of this process; clients come by HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from agentescrow.api.app import create_app
from agentescrow.api.service import Service
from agentescrow.api.traffic import RateLimit
from agentescrow.chain.calls import Calls
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.pool import Pool
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.indexer.follow import Indexer
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import migrate, open_database
from agentescrow.store.lock import writer
from deployment.local_chain import LocalChain, local_chain
from deployment.record import Records
from localnet.anvil import free_port


@dataclass(frozen=True)
class Serving:
    """What runs.

    Attributes:
        chain: Anvil with everything deployed.
        contracts: On it.
        record: File of the deployment's record.
        api_url: Where the API listens.
        service: Behind the API.
    """

    chain: LocalChain
    contracts: Contracts
    record: Path
    api_url: str
    service: Service

    @property
    def now(self) -> int:
        """The chain's time."""
        return self.chain.w3.eth.get_block("latest")["timestamp"]

    def options(self, role: str | None, gasless: bool, node: bool) -> dict[str, Any]:
        """How a client of a role is made."""
        options: dict[str, Any] = {"deployment": self.record}
        if node:
            options |= {"rpc_url": self.chain.url, "gasless": gasless}
        if role is not None:
            options["private_key"] = self.chain.accounts[role].key.to_0x_hex()
        return options

    def travel(self, seconds: int) -> None:
        """Let time pass."""
        provider = self.chain.w3.provider
        provider.make_request("evm_increaseTime", [seconds])
        provider.make_request("evm_mine", [])


@contextmanager
def serving(folder: Path) -> Iterator[Serving]:
    """Start everything."""
    with local_chain(Records(folder, folder / "unfinished")) as chain:
        record = next(folder.glob("*.json"))
        contracts = Contracts(chain.w3, load(record))
        engine = open_database(f"sqlite:///{folder / 'index.db'}")
        migrate(engine)
        pool = Pool(chain.url)
        admission = Admission(engine, pool, contracts.deployment)
        calls = Calls(contracts.deployment.escrow)
        service = Service(engine, contracts.deployment, pool, admission, calls)
        app = create_app(service, rate_limit=RateLimit(0))
        port, ended = free_port(), threading.Event()
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
        threads = [
            threading.Thread(target=_index, args=(engine, chain.url, contracts, ended)),
            threading.Thread(target=_relay, args=(engine, pool, contracts, chain, ended)),
            threading.Thread(target=server.run),
        ]
        for thread in threads:
            thread.start()
        try:
            _until(lambda: server.started)
            yield Serving(chain, contracts, record, f"http://127.0.0.1:{port}", service)
        finally:
            ended.set()
            server.should_exit = True
            for thread in threads:
                thread.join()
            engine.dispose()


def _index(engine, url, contracts, ended):
    with writer(engine) as connection:
        indexer = Indexer(connection, Reader(Node(url), contracts), contracts.deployment)
        indexer.follow(lambda _step: None, ended.is_set, pause=0.02)


def _relay(engine, pool, contracts, chain, ended):
    sender = Sender(engine, pool, contracts.deployment, chain.accounts["relayer"])
    while not ended.is_set():
        sender.step()
        ended.wait(0.02)


def _until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the API does not start"
        time.sleep(0.02)
