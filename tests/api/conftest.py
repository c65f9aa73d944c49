"""The real app in process, over a real chain, with the real indexer and relayer running."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from agentescrow.api.app import create_app
from agentescrow.api.dependencies import Service
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.service import health
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.pool import Pool
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.chain.wallet import LocalWallet
from agentescrow.indexer.follow import Indexer
from agentescrow.relayer import availability
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import migrate, open_database
from agentescrow.store.lock import writer
from agentescrow.store.position import indexed_block
from agentescrow.wire.shape import iso_time
from demo.service import UNLIMITED
from deployment.local_chain import local_chain
from deployment.record import Records
from localnet.postgresql import postgresql
from tests.api.declared import Declared
from tests.servers import running
from tests.waiting import ENOUGH, until

DAY = 86_400
RECURSION_LIMIT = 1_000  # Python's own, which is what a service has
USDC = 10**6


class Pulse:
    """Lets indexer and relayer rest between tests: asking all the time takes half a processor."""

    def __init__(self):
        self._awake = threading.Condition()
        self._last = 0.0
        self.ended = False

    def hear(self, request):
        """Be awake for the requests that wait for relayer or indexer."""
        asked = request.read()
        if b'"signature"' in asked or b'"txHash"' in asked or "/requests/" in request.url.path:
            self.beat()

    def beat(self):
        """Something happens."""
        with self._awake:
            self._last = time.monotonic()
            self._awake.notify_all()

    def end(self):
        self.ended = True
        self.beat()

    def rest(self):
        """Wait for a beat, the longer the longer there was none; whether it has ended."""
        with self._awake:
            self._awake.wait(timeout=min((time.monotonic() - self._last) / 10, 5))
        return self.ended


class Market:
    """A deployment with its service, and people who use it."""

    def __init__(self, pulse, chain, contracts, service, client, record):
        self.pulse = pulse
        self.chain = chain
        self.contracts = contracts
        self.service = service
        self.client = client
        self.record = record

    def wallet(self, role):
        return LocalWallet(self.chain.w3, self.chain.accounts[role])

    @property
    def now(self):
        return self.chain.w3.eth.get_block("latest")["timestamp"]

    def indexed(self):
        """Wait until the index has the latest block."""
        head = self.chain.w3.eth.block_number

        def reached():
            with self.service.database.connect() as connection:
                block = indexed_block(connection)
            return block and block.number >= head

        until(reached, meanwhile=self.pulse.beat)

    def relayed(self, relays):
        """Wait until requests are mined."""
        find = self.service.admission.find
        until(
            lambda: {find(relay.request_id).status for relay in relays} == {"mined"},
            meanwhile=self.pulse.beat,
        )

    def another_app(self, *, write_timeout=ENOUGH, database=None, **options):
        """A client of another app over the same service, with other settings."""
        database = database or self.service.database
        service = replace(self.service, write_timeout=write_timeout, database=database)
        return client_of(service, self.pulse, **options)

    def write(self, wallet, path, *, client=None, headers=None, **body):
        """Do as any wallet does: ask, sign what 401 says, send the same body again."""
        client = client or self.client
        body = {"walletAddress": wallet.address, **body}
        asked = client.post(path, json=body, headers=headers)
        if asked.status_code != 401:
            return asked
        return client.post(path, json=self.signed(wallet, body, asked), headers=headers)

    def signed(self, wallet, body, asked):
        typed = asked.json()["typedData"]
        signature = "0x" + wallet.sign_typed_data(typed).hex()
        return {**body, "request": typed["message"], "signature": signature}

    def terms(self, reward=100 * USDC, **more):
        """What POST /api/runs takes, besides who posts."""
        terms = {"reward": str(reward), "ipfsHash": "ipfs://description"}
        return terms | {"deadline": iso_time(self.now + DAY), **more}

    def post(self, wallet, reward=100 * USDC, **more):
        """A run that is OPEN; its number."""
        escrow = self.contracts.runs.address
        if self.contracts.usdc.allowance(wallet.address, escrow) < 10**11:
            self.contracts.usdc.approve(wallet, escrow, 10**12)
        answer = self.write(wallet, "/api/runs", **self.terms(reward, **more))
        assert answer.status_code == 200, answer.text
        return answer.json()["run"]["bountyId"]

    def agent(self, wallet, staked=20 * USDC):
        """A registered agent; its number."""
        agent_id = self.contracts.identity.register(wallet, "ipfs://agent").event.agent_id
        if staked:
            self.contracts.registry.stake(wallet, agent_id, staked)
        self.indexed()
        return agent_id


@contextmanager
def service_on(url, folder):
    """A chain, its deployment, an indexer, a relayer and the app, over one database."""
    with local_chain(Records(folder, folder / "unfinished")) as chain:
        record = next(folder.glob("*.json"))
        contracts = Contracts(chain.w3, load(record))
        engine = open_database(url)
        migrate(engine)
        pool = Pool(chain.url)
        admission = Admission(engine, pool, contracts.deployment, UNLIMITED)
        service = Service(engine, contracts.deployment, pool, admission, write_timeout=ENOUGH)
        sender = Sender(engine, pool, contracts.deployment, chain.accounts["relayer"])
        sender.step()  # so that it is known to be at work
        pulse = Pulse()
        threads = [
            threading.Thread(target=_index, args=(engine, chain.url, contracts, pulse)),
            threading.Thread(target=_relay, args=(sender, pulse)),
        ]
        for thread in threads:
            thread.start()
        try:
            with client_of(service, pulse) as client:
                market = Market(pulse, chain, contracts, service, client, record)
                market.indexed()
                yield market
        finally:
            pulse.end()
            for thread in threads:
                thread.join()
            engine.dispose()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Indexer and relayer rest between the tests of this folder, and of no other."""
    if not item.nodeid.startswith("tests/api/"):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((health, "_SILENCE_MAX"), (availability, "SILENCE_MAX")):
            patch.setattr(module, name, ENOUGH)
        return (yield)


BOTH = pytest.mark.parametrize("market", ["sqlite", "postgresql"], indirect=True)
"""Runs the tests of a module over both kinds of databases."""


@pytest.fixture(autouse=True)
def _recursion_limit():
    """Python's own: py-evm, which other tests load, raises it beyond the stack of a thread."""
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(RECURSION_LIMIT)
    yield
    sys.setrecursionlimit(raised)


@pytest.fixture(scope="session")
def market(request):
    """Over SQLite, unless a module asks for more."""
    return request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_market")


@pytest.fixture(scope="session")
def sqlite_market(tmp_path_factory):
    folder = tmp_path_factory.mktemp("market")
    with service_on(f"sqlite:///{folder / 'index.db'}", folder) as market:
        yield market


@pytest.fixture(scope="session")
def postgresql_market(tmp_path_factory):
    with (
        running(postgresql()) as url,
        service_on(url, tmp_path_factory.mktemp("postgresql")) as market,
    ):
        yield market


def client_of(service, pulse, **options):
    """A client of the app in process; all that it is answered has to be declared."""
    app = create_app(service, **{"rate_limit": RateLimit(0), **options})
    client = TestClient(app, raise_server_exceptions=False)
    client.event_hooks = {"request": [pulse.hear], "response": [Declared(app).require]}
    return client


def _index(engine, url, contracts, pulse):
    with writer(engine) as connection:
        indexer = Indexer(connection, Reader(Node(url), contracts), contracts.deployment)
        indexer.follow(lambda _step: None, pulse.rest, pause=0.01)


def _relay(sender, pulse):
    while not pulse.rest():
        sender.step()
        time.sleep(0.01)


@pytest.fixture(scope="session")
def client(market):
    return market.client


@pytest.fixture(scope="session")
def poster(market):
    return market.wallet("poster")


@pytest.fixture(scope="session")
def agent(market):
    return market.wallet("agent")


@pytest.fixture(scope="session")
def outsider(market):
    return market.wallet("outsider")
