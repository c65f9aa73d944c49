"""Run indexer, relayer and REST API next to a local chain, in threads of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn

from agentescrow.api.app import create_app
from agentescrow.api.dependencies import Service
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.server import server_of
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Pool
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.errors import ServiceUnreachable
from agentescrow.indexer.follow import Indexer
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.loop import run
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import Engine, migrate, open_database
from agentescrow.store.lock import writer
from agentescrow.store.people.relayer_lock import RelayTurn
from deployment.local_chain import LocalChain

PATIENCE: Final = 15.0
UNLIMITED: Final = RelayLimits(
    pending_per_signer=10**9,
    per_signer=10**9,
    drafts=True,
    gwei_per_hour=10**15,
    gwei_per_day=10**15,
)
"""For a chain where a few actors do everything, as fast as possible."""

_PAUSE: Final = 0.05
_START_SECONDS: Final = 600  # catches a hang, not a slow machine


@contextmanager
def service_on(
    chain: LocalChain, deployment: Deployment, folder: Path, *, patience: float = PATIENCE
) -> Iterator[str]:
    """Start everything, on a free port.

    Args:
        chain: Running chain; its role "relayer" pays for relayed requests.
        deployment: Contracts on it.
        folder: Folder for the database.
        patience: Seconds that the API waits for a transaction before it answers 202.

    Yields:
        URL of the API.

    Raises:
        ServiceUnreachable: The API does not start.
    """
    contracts, pool = Contracts(chain.w3, deployment), Pool(chain.url)
    engine = open_database(f"sqlite:///{folder / 'index.db'}")
    migrate(engine)
    admission = Admission(engine, pool, deployment, UNLIMITED)
    service = Service(engine, deployment, pool, admission, write_timeout=patience)
    app = create_app(service, rate_limit=RateLimit(0))
    server, ended = server_of(app), threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    sender = Sender(engine, pool, deployment, chain.accounts["relayer"])
    sender.step()  # so that the API reports a relayer
    work: tuple[Callable[[], None], ...] = (
        lambda: _index(engine, chain.url, contracts, ended),
        lambda: run(sender, RelayTurn(engine), ended),
        lambda: server.run([listening]),
    )
    threads = [threading.Thread(target=each, daemon=True) for each in work]
    for thread in threads:
        thread.start()
    try:
        _until_started(server)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        server.should_exit = True
        for thread in threads:
            thread.join()
        engine.dispose()


def _index(engine: Engine, url: str, contracts: Contracts, ended: threading.Event) -> None:
    with writer(engine) as connection:
        indexer = Indexer(connection, Reader(Node(url), contracts), contracts.deployment)
        indexer.follow(lambda _step: None, ended.is_set, pause=_PAUSE)


def _until_started(server: uvicorn.Server) -> None:
    end = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > end:
            raise ServiceUnreachable(f"the API did not start within {_START_SECONDS} s")
        time.sleep(_PAUSE)
