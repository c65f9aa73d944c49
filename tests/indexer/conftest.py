"""A chain with everything on it and traffic; databases of both kinds."""

from __future__ import annotations

import pytest

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.wallet import LocalWallet
from deployment.deploy import deploy
from deployment.local_chain import role_accounts
from deployment.parameters import load as parameters
from deployment.record import Records
from localnet import identity, usdc
from localnet.anvil import Anvil
from localnet.errors import ToolMissing
from localnet.postgresql import postgresql
from tests.indexer.activity import Activity
from tests.indexer.index import new_database


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
    try:
        with postgresql() as url:
            yield url
    except ToolMissing as missing:
        pytest.skip(str(missing))


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
