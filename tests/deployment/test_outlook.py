"""What a plan says beside its constructors: single keys, cost, and what to do when it is stuck."""

from __future__ import annotations

import dataclasses

import pytest

from deployment import plan
from deployment.checks import funds
from deployment.cost import ORACLE, cost_of
from deployment.deploy import deploy
from deployment.errors import CannotResume, ChainRefused, NotMined
from deployment.outlook import remarks
from localnet.host import Web3Host
from tests.deployment.fate import Died, FatefulWallet

SAFE = "0x000000000000000000000000000000000000dEaD"
DATA_FEE = 10**15  # wei a transaction
ANSWER = b"\x7f" + DATA_FEE.to_bytes(32, "big") + b"\x5f\x52\x60\x20\x5f\xf3"  # whatever is asked
REVERT = b"\x5f\x5f\xfd"


@pytest.fixture
def whole(w3, wallet, local):
    """A plan of the deployer for itself."""
    nonce = w3.eth.get_transaction_count(wallet.address)
    return plan.make(local.settled(wallet.address), wallet.address, nonce)


def lines(w3, whole):
    return "\n".join(remarks(w3, whole, cost_of(w3, whole)))


@pytest.mark.parametrize("code", [b"", bytes.fromhex("ef0100") + bytes(20)], ids=["none", "7702"])
def test_remarks__owner_and_treasury_are_single_keys__said(w3, whole, code):
    """A key with an EIP-7702 delegation is one key all the same."""
    for address in (whole.parameters.owner, whole.parameters.treasury):
        Web3Host(w3).set_code(address, code)
        assert f"{address} has no code: it is a single key" in lines(w3, whole)


def test_remarks__owner_and_treasury_are_contracts__nothing_to_say(w3, whole):
    Web3Host(w3).set_code(SAFE, REVERT)
    parameters = whole.parameters.model_copy(update={"owner": SAFE, "treasury": SAFE})
    assert "has no code" not in lines(w3, dataclasses.replace(whole, parameters=parameters))


def test_cost__chain_without_an_oracle__gas_alone(w3, whole):
    cost = cost_of(w3, whole)
    assert cost.data == 0
    assert cost.execution == cost.gas * w3.eth.gas_price
    assert cost.needed == 2 * cost.execution
    assert "data" not in cost.describe()


def test_cost__oracle_of_base__fee_for_data_of_each_transaction(w3, whole):
    Web3Host(w3).set_code(ORACLE, ANSWER)
    cost = cost_of(w3, whole)
    assert cost.data == 3 * DATA_FEE
    assert cost.needed == 2 * (cost.execution + 3 * DATA_FEE)
    assert "0.003000 ETH for data on Ethereum" in lines(w3, whole)


def test_cost__oracle_that_does_not_say__is_said(w3, whole):
    Web3Host(w3).set_code(ORACLE, REVERT)
    assert cost_of(w3, whole).data is None
    assert "an unknown fee for data on Ethereum" in lines(w3, whole)


def test_cost__whole_deployment__stays_below(w3, wallet, local, records, whole):
    """The estimate is a bound: a deployment must not stop half way for want of ether."""
    cost, before = cost_of(w3, whole), w3.eth.get_balance(wallet.address)
    deploy(w3, wallet, local, records)
    assert 0 < before - w3.eth.get_balance(wallet.address) <= cost.needed
    assert cost_of(w3, whole).gas == 0


def test_funds__data_fee_too_much__refused(w3, node, whole):
    Web3Host(w3).set_code(ORACLE, ANSWER)
    needed = cost_of(w3, whole).needed
    node.rpc("anvil_setBalance", whole.deployer, hex(needed - 1))
    with pytest.raises(ChainRefused, match="for data on Ethereum"):
        funds(w3, whole)
    node.rpc("anvil_setBalance", whole.deployer, hex(needed))
    assert funds(w3, whole).needed == needed


def test_deploy__agreed_to__remarks_were_told(w3, wallet, local, records, told):
    seen = []
    deploy(
        w3,
        wallet,
        local,
        records,
        confirm=lambda: seen.extend(told) or True,
        tell=told.append,
    )
    words = "\n".join(seen)
    assert "The owner" in words
    assert "It costs at most" in words
    assert "--replace" in words


@pytest.mark.parametrize("number", [1, 2])
def test_deploy__stuck_transaction__is_replaced(w3, node, wallet, local, records, die, number):
    """At its nonce and for a higher fee, so that the predicted addresses stay good."""
    stuck_at = FatefulWallet(
        wallet, number, before=lambda: node.rpc("evm_setAutomine", False), after=die
    )
    with pytest.raises(Died):
        deploy(w3, stuck_at, local, records)
    stuck = w3.eth.get_block("pending", full_transactions=True)["transactions"][0]
    name = ("Forwarder", "StakeRegistry")[number - 1]
    progress = records.progress("local").with_transaction(name, stuck["hash"].to_0x_hex())
    records.keep(progress)
    with pytest.raises(NotMined, match="or run it with --replace"):
        deploy(w3, wallet, local, records)

    goes_on = FatefulWallet(wallet, 1, after=lambda: node.rpc("evm_setAutomine", True))
    record = deploy(w3, goes_on, local, records, replace=True)

    used = w3.eth.get_transaction(record.contracts[name].transaction)
    assert used["nonce"] == stuck["nonce"]
    assert used["input"] == stuck["input"]
    assert used["maxFeePerGas"] > stuck["maxFeePerGas"]
    assert used["maxPriorityFeePerGas"] > stuck["maxPriorityFeePerGas"]


def test_deploy__nothing_to_replace__refused(w3, wallet, local, records):
    with pytest.raises(CannotResume, match="--replace changes nothing: no transaction"):
        deploy(w3, wallet, local, records, replace=True)
    deploy(w3, wallet, local, records)
    with pytest.raises(CannotResume, match="--replace changes nothing: all is deployed"):
        deploy(w3, wallet, local, records, replace=True)


@pytest.mark.parametrize("name", ["owner", "treasury"])
def test_deploy__another_owner_or_treasury_for_what_is_there__refused(
    w3, wallet, local, records, name
):
    """It was passed over in silence: a deployer believed that the Safe was the owner."""
    record = deploy(w3, wallet, local, records)
    with pytest.raises(CannotResume, match=f"--{name} changes nothing: all is deployed already"):
        deploy(w3, wallet, local, records, **{name: SAFE})
    assert deploy(w3, wallet, local, records, owner="deployer") == record
