"""A chain of our own, back at its beginning for each test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hexbytes import HexBytes

from agentescrow.chain.wallet import LocalWallet
from deployment import parameters
from deployment.local_chain import role_accounts
from deployment.record import Records
from localnet import identity, usdc
from localnet.anvil import Anvil
from tests.deployment.fate import Died


@pytest.fixture(scope="session")
def node():
    with Anvil() as anvil:
        usdc.place(anvil.w3)
        identity.place(anvil.w3)
        yield anvil


@pytest.fixture
def w3(node):
    snapshot = node.rpc("evm_snapshot")
    yield node.w3
    node.rpc("evm_revert", snapshot)


@pytest.fixture(scope="session")
def accounts_by_role():
    return role_accounts()


@pytest.fixture
def wallet(w3, accounts_by_role):
    return LocalWallet(w3, accounts_by_role["owner"])


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path / "finished", tmp_path / "unfinished")


@pytest.fixture(scope="session")
def local():
    return parameters.load("local")


@pytest.fixture
def public(local):
    """The local chain, taken for one on which nothing can be undone."""
    return local.model_copy(update={"kind": "public"})


@pytest.fixture
def die():
    """End the deploying program."""

    def end():
        raise Died

    return end


@pytest.fixture
def send_another(wallet) -> Callable[[], HexBytes]:
    """Send another transaction from the deploying account."""

    def send():
        transfer = {"from": wallet.address, "to": wallet.address, "value": 0, "gas": 21_000}
        return wallet.transact(transfer)

    return send


@pytest.fixture
def meddle(w3, send_another) -> Callable[[], None]:
    """Have another transaction from the deploying account mined."""

    def send():
        w3.eth.wait_for_transaction_receipt(send_another(), poll_latency=0.01)

    return send


@pytest.fixture
def told():
    """Lines for the person in front of it."""
    return []
