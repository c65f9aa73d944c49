"""A chain with everything on it and traffic; databases of both kinds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hexbytes import HexBytes

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment, load
from agentescrow.chain.wallet import LocalWallet
from deployment.deploy import deploy
from deployment.local_chain import role_accounts
from deployment.parameters import load as parameters
from deployment.plan import ESCROW, FORWARDER, REGISTRY
from deployment.plan import make as make_plan
from deployment.record import Records
from localnet import identity, usdc
from localnet.anvil import Anvil
from localnet.postgresql import postgresql
from tests.indexer.activity import Activity, Trade
from tests.indexer.index import new_database
from tests.servers import running


@pytest.fixture(scope="session")
def anvil():
    # What Anvil puts on disk it may not find again, and then a reorganisation loses the contracts.
    with Anvil(more=["--prune-history", "20000"]) as running:
        usdc.place(running.w3)
        identity.place(running.w3)
        yield running


@pytest.fixture(scope="session")
def record(anvil, tmp_path_factory):
    """The file of the deployment's record."""
    folder = tmp_path_factory.mktemp("records")
    w3, accounts = anvil.w3, role_accounts()
    wallet = LocalWallet(w3, accounts["owner"])
    deploy(w3, wallet, parameters("local"), Records(folder, folder / "unfinished"), tell=print)
    for account in w3.eth.accounts[2:6]:
        usdc.mint(w3, account, 10**12)
    return next(folder.glob("*.json"))


@pytest.fixture(scope="session")
def ground(anvil, record):
    """Agents with stakes, once for all tests."""
    activity = Activity(anvil, Contracts(anvil.w3, load(record)))
    activity.begin()
    return activity


@pytest.fixture(scope="session")
def by_consent():
    """A chain whose registry was made without a market: its escrow was added, and needs leave."""
    with Anvil() as running:
        usdc.place(running.w3)
        identity.place(running.w3)
        wallet = LocalWallet(running.w3, role_accounts()["owner"])
        contracts = Contracts(running.w3, _without_a_market(running, wallet))
        contracts.registry.add_market(wallet, contracts.runs.address)
        for account in running.w3.eth.accounts[2:6]:
            usdc.mint(running.w3, account, 10**12)
        activity = Trade(running, contracts)
        activity.begin()
        yield activity


def _without_a_market(anvil, wallet):
    settled = parameters("local").settled(wallet.address)
    plan = make_plan(settled, wallet.address, anvil.w3.eth.get_transaction_count(wallet.address))
    for step in plan.steps:
        if step.name == REGISTRY:
            step = replace(step, arguments={**step.arguments, "markets": []})
        code = HexBytes(step.init_code)
        sent = wallet.transact(
            {"from": wallet.address, "data": code, "gas": 8_000_000, "nonce": step.nonce}
        )
        assert anvil.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["status"] == 1
    return Deployment(
        chain_id=settled.chain_id,
        network="by-consent",
        usdc=settled.usdc.address,
        identity=settled.identity,
        forwarder=plan.address(FORWARDER),
        registry=plan.address(REGISTRY),
        runs=plan.address(ESCROW),
        treasury=str(settled.treasury),
        owner=wallet.address,
        block=1,
    )


@pytest.fixture
def activity(ground):
    """The same at the start of each test."""
    anvil = ground.anvil
    snapshot = anvil.rpc("evm_snapshot")
    # Anvil finds no way back to a block that a reorganisation has taken away.
    anvil.rpc("anvil_mine", hex(20))
    ground.random.seed(0)
    yield ground
    anvil.rpc("evm_revert", snapshot)
    anvil.rpc("evm_setAutomine", False)


@pytest.fixture
def contracts(activity):
    return activity.contracts


@pytest.fixture(scope="session")
def cluster():
    with running(postgresql()) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'index.db'}"
    return request.getfixturevalue("cluster")


@pytest.fixture
def database(url):
    engine = new_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def fresh(tmp_path):
    """Makes empty databases to compare with."""
    made = []

    def make():
        made.append(new_database(f"sqlite:///{tmp_path / f'fresh-{len(made)}.db'}"))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()
