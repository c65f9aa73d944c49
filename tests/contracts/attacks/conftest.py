"""What attackers bring along: code at the addresses of others, a deployment of their own."""

from __future__ import annotations

import pytest

from tests.contracts.runs import COST


@pytest.fixture(scope="session", autouse=True)
def _staffed(agent_id, escrow, ledger, signing):
    """Whatever lasts for the session is there before any test begins."""


@pytest.fixture(scope="session")
def set_code(rpc):
    """`set_code(account, code)`: from now on this code answers there, in hexadecimal."""
    return lambda account, code: rpc.ask("anvil_setCode", account.address, code)


@pytest.fixture(scope="session")
def lie(project, owner, identity, set_code, w3):
    """`lie(owner_of_all=…, accomplice=…)`: the identity registry says so of every agent."""

    def lie(*, owner_of_all, accomplice):
        lying = owner.deploy(project.LyingIdentity, owner_of_all, accomplice)
        set_code(identity, "0x" + w3.eth.get_code(lying.address).hex().removeprefix("0x"))

    return lie


@pytest.fixture
def wallet(project, outsider, fund):
    """A smart-contract wallet of the outsider's, with the price of one run."""
    wallet = outsider.deploy(project.Erc1271Wallet)
    fund(wallet, COST)
    return wallet


@pytest.fixture
def succeeds(rpc, clock):
    """`succeeds(second, call, *args, sender=…)`: whether it would, then; it is undone."""

    def succeeds(second, call, *args, sender):
        snapshot = rpc.ask("evm_snapshot")
        clock.at(second)
        transaction = {
            "from": sender.address,
            "to": call.contract.address,
            "data": "0x" + bytes(call.encode_input(*args)).hex(),
            "gas": hex(2_000_000),
        }
        status = rpc.send(transaction)["status"]
        rpc.settle()
        assert rpc.ask("evm_revert", snapshot)
        return status == "0x1"

    return succeeds
