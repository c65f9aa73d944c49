"""Deployments that stop half way: gone on with, abandoned, or refused because the nonce moved."""

from __future__ import annotations

import pytest

from agentescrow.chain.wallet import LocalWallet
from deployment.deploy import abandon, deploy
from deployment.errors import CannotResume, NonceMoved, NotMined
from tests.deployment.fate import Died, FatefulWallet

CONTRACTS = ["Forwarder", "StakeRegistry", "RunEscrow"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_deploy__died_before_sending__is_resumed(w3, wallet, local, records, die, number):
    nonce = w3.eth.get_transaction_count(wallet.address)
    with pytest.raises(Died):
        deploy(w3, FatefulWallet(wallet, number, before=die), local, records)
    assert records.record("local") is None

    record = deploy(w3, wallet, local, records)
    assert [c.transaction is not None for c in record.contracts.values()] == [True] * 3
    assert w3.eth.get_transaction_count(wallet.address) == nonce + 3
    assert records.progress("local") is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_deploy__died_after_sending__finds_the_transaction(w3, wallet, local, records, die, number):
    """The hash was never written down; the chain still knows it."""
    nonce = w3.eth.get_transaction_count(wallet.address)
    with pytest.raises(Died):
        deploy(w3, FatefulWallet(wallet, number, after=die), local, records)

    record = deploy(w3, wallet, local, records)
    assert w3.eth.get_transaction_count(wallet.address) == nonce + 3
    created = record.contracts[CONTRACTS[number - 1]]
    receipt = w3.eth.get_transaction_receipt(created.transaction)
    assert receipt["contractAddress"] == created.address
    assert receipt["blockNumber"] == created.block


def test_deploy__resumed__keeps_owner_and_treasury(w3, wallet, local, records, die):
    """What was given on the command line at first need not be given again."""
    other = "0x000000000000000000000000000000000000dEaD"
    undecided = local.model_copy(update={"owner": None, "treasury": None})
    fateful = FatefulWallet(wallet, 2, before=die)
    with pytest.raises(Died):
        deploy(w3, fateful, undecided, records, owner=other, treasury=other)

    record = deploy(w3, wallet, undecided, records)
    assert (record.owner, record.treasury) == (other, other)


def test_deploy__resumed_by_another_account__refused(
    w3, wallet, local, records, die, accounts_by_role
):
    with pytest.raises(Died):
        deploy(w3, FatefulWallet(wallet, 2, before=die), local, records)

    with pytest.raises(CannotResume, match=f"{wallet.address} began this deployment"):
        deploy(w3, LocalWallet(w3, accounts_by_role["poster"]), local, records)


def test_deploy__resumed_with_another_treasury__refused(w3, wallet, local, records, die):
    with pytest.raises(Died):
        deploy(w3, FatefulWallet(wallet, 2, before=die), local, records)

    with pytest.raises(CannotResume, match="arguments of RunEscrow have changed"):
        deploy(w3, wallet, local, records, treasury=wallet.address)


def test_deploy__local_chain_restarted_half_way__begins_anew(
    w3, node, wallet, local, records, die, told
):
    snapshot = node.rpc("evm_snapshot")
    node.rpc("evm_mine")  # another block than the one of the same number after the restart
    with pytest.raises(Died):
        deploy(w3, FatefulWallet(wallet, 2, before=die), local, records)
    node.rpc("evm_revert", snapshot)

    deploy(w3, wallet, local, records, tell=told.append)
    assert "the chain was restarted" in told[0]


@pytest.mark.parametrize(
    ("number", "stranded"), [(1, ["Forwarder"]), (2, ["Forwarder", "StakeRegistry"])]
)
def test_deploy__nonce_moved_between__detected_before_the_next(
    w3, wallet, local, records, meddle, number, stranded
):
    nonce = w3.eth.get_transaction_count(wallet.address)
    with pytest.raises(NonceMoved, match="--abandon") as moved:
        deploy(w3, FatefulWallet(wallet, number, after=meddle), local, records)

    assert moved.value.stranded == stranded
    assert (moved.value.expected, moved.value.actual) == (nonce + number, nonce + number + 1)
    assert w3.eth.get_transaction_count(wallet.address) == nonce + number + 1
    with pytest.raises(NonceMoved):  # the same on the next day
        deploy(w3, wallet, local, records)


@pytest.mark.parametrize("number", [2, 3])
def test_deploy__nonce_moved_in_the_last_moment__nothing_lands_elsewhere(
    w3, wallet, local, records, meddle, number
):
    """Between the look at the nonce and the sending: the transaction itself carries the nonce."""
    nonce = w3.eth.get_transaction_count(wallet.address)
    with pytest.raises(NonceMoved):
        deploy(w3, FatefulWallet(wallet, number, before=meddle), local, records)
    assert w3.eth.get_transaction_count(wallet.address) == nonce + number


def test_deploy__nonce_moved_before_the_first__run_again(w3, wallet, local, records, meddle):
    with pytest.raises(NonceMoved, match="run it again"):
        deploy(w3, wallet, local, records, confirm=lambda: meddle() or True)

    assert records.progress("local") is None
    assert deploy(w3, wallet, local, records).runs


def test_deploy__transaction_on_its_way__says_so(w3, node, wallet, local, records, send_another):
    node.rpc("evm_setAutomine", False)
    try:
        send_another()
        with pytest.raises(NotMined, match="not mined yet: wait"):
            deploy(w3, wallet, local, records)
    finally:
        node.rpc("evm_mine")
        node.rpc("evm_setAutomine", True)


@pytest.mark.parametrize("number", [2, 3])
def test_abandon__half_finished__next_deployment_starts_anew(
    w3, wallet, local, records, die, number
):
    with pytest.raises(Died):
        deploy(w3, FatefulWallet(wallet, number, before=die), local, records)
    nonce = w3.eth.get_transaction_count(wallet.address)

    line = abandon("local", records)
    assert line.startswith("local: abandoned; " + " and ".join(CONTRACTS[: number - 1]))
    assert "\n" not in line
    deploy(w3, wallet, local, records)
    assert w3.eth.get_transaction_count(wallet.address) == nonce + 3


def test_abandon__nonce_moved__next_deployment_starts_anew(w3, wallet, local, records, meddle):
    with pytest.raises(NonceMoved):
        deploy(w3, FatefulWallet(wallet, 1, after=meddle), local, records)

    abandon("local", records)
    assert w3.eth.get_code(deploy(w3, wallet, local, records).runs)


def test_abandon__nothing_half_done__says_so(records):
    assert abandon("local", records) == "local: there is no unfinished deployment"
