"""A chain with everything on it, many signers with agents and stakes, and a relayer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.pool import Pool
from agentescrow.chain.typed_data import forward_request
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.retry_delays import Patience
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import migrate, open_database
from agentescrow.store.tables import metadata
from deployment.local_chain import local_chain
from deployment.record import Records
from localnet.postgresql import postgresql
from tests.servers import running

DAY = 86_400


class Clock:
    """Time that passes when a test says so."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@dataclass
class Ground:
    """The chain of a test session."""

    chain: object
    contracts: Contracts
    record: Path

    def rpc(self, method, *params):
        answer = self.chain.w3.provider.make_request(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def wallet(self, role):
        return LocalWallet(self.chain.w3, self.chain.accounts[role])

    def request(self, wallet, function="createRun", *args, **changes):
        """A request of anybody, signed: to create a DRAFT where nothing else is said."""
        escrow, now = self.contracts.runs, self.now()
        args = args or ((100_000_000, now + DAY, 7, 3, 1), "ipfs://description")
        changes = {"to": escrow.address, "gas": 300_000, "deadline": now + 3600, **changes}
        changes.setdefault("data", bytes(escrow.calldata(function, *args)))
        if "nonce" not in changes:
            changes["nonce"] = self.contracts.forwarder.nonce_of(wallet.address)
        domain = forwarder_domain(self.contracts.deployment)
        message = forward_request(domain, signer=wallet.address, **changes)
        signature = wallet.sign_typed_data(message)
        return ForwardRequest(wallet.address, **changes, signature=signature)

    def now(self):
        return self.chain.w3.eth.get_block("latest")["timestamp"]

    def pay(self, sender, to):
        """A wei, in a block of its own: a node answers before it has mined."""
        sent = self.chain.w3.eth.send_transaction({"from": sender, "to": to, "value": 1})
        self.chain.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)

    def terms(self):
        return RunTerms(reward=1_000_000, deadline=self.now() + DAY)


@pytest.fixture(scope="session")
def ground(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    with local_chain(Records(folder, folder / "unfinished")) as chain:
        (record,) = folder.glob("*.json")
        yield Ground(chain, Contracts(chain.w3, load(record)), record)


@pytest.fixture(autouse=True)
def fresh(ground):
    """Every test begins with the same chain, mining at once."""
    snapshot = ground.rpc("evm_snapshot")
    yield
    ground.rpc("anvil_dropAllTransactions")  # which would be mined with the next test's first
    ground.rpc("evm_setAutomine", True)
    ground.rpc("evm_revert", snapshot)
    ground.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))  # which a snapshot does not hold
    ground.contracts = Contracts(ground.chain.w3, load(ground.record))  # they remember its blocks


@pytest.fixture
def poster(ground):
    return ground.wallet("poster")


@pytest.fixture
def outsider(ground):
    return ground.wallet("outsider")


@pytest.fixture
def signers(ground, signers_of):
    return signers_of(ground, 25)


@pytest.fixture
def signers_of():
    """Makes accounts that have nothing at all."""
    return lambda ground, number: [
        LocalWallet(ground.chain.w3, Account.create()) for _ in range(number)
    ]


BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
"""Runs a test, or a module's, over both kinds of databases."""


@pytest.fixture
def url(request, tmp_path):
    """SQLite, unless a test asks for more."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path / 'index.db'}"
    return request.getfixturevalue("cluster")


@pytest.fixture(scope="session")
def cluster():
    with running(postgresql()) as url:
        yield url


@pytest.fixture
def database(url):
    engine = open_database(url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def pool(ground):
    return Pool(ground.chain.url)


@pytest.fixture
def limits():
    """The default ones, but for drafts, which take no more than a key."""
    return RelayLimits(drafts=True)


@pytest.fixture
def admission(database, pool, ground, limits, clock):
    """The door of a relayer that is at work."""
    at_work(database, pool, ground, clock)
    return Admission(database, pool, ground.contracts.deployment, limits, clock)


def at_work(database, pool, ground, clock):
    """Let a relayer have said so."""
    new_sender(database, pool, ground, clock).step()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sender(database, pool, ground, clock):
    return new_sender(database, pool, ground, clock)


def new_sender(database, pool, ground, clock, *, role="relayer", **patience):
    """A relayer that has just been started."""
    key = ground.chain.accounts[role]
    deployment = ground.contracts.deployment
    return Sender(database, pool, deployment, key, patience=Patience(**patience), clock=clock)
