"""A whole deployment, and what keeps one from beginning."""

from __future__ import annotations

import json

import pytest
from web3.eth import Eth

from agentescrow.chain.deployments import load
from artifacts import ours
from deployment import checks
from deployment.deploy import deploy
from deployment.errors import (
    ChainRefused,
    Declined,
    NotVerified,
    ParametersInvalid,
    RecordUnreadable,
)
from deployment.record import Records
from localnet import usdc
from localnet.host import Web3Host
from tests.deployment.fate import FatefulWallet

_DECIMALS_SLOT = 6  # of FiatTokenV1
_NOBODY = "0x000000000000000000000000000000000000dEaD"


def contract(w3, name, address):
    return w3.eth.contract(address, abi=ours(name).abi).functions


def test_deploy__empty_chain__three_contracts_that_know_each_other(w3, wallet, local, records):
    """STAKE-9, RUN-19: the first market and the trusted forwarder are constructor arguments."""
    record = deploy(w3, wallet, local, records)

    registry = contract(w3, "StakeRegistry", record.registry)
    escrow = contract(w3, "RunEscrow", record.runs)
    assert registry.isMarket(record.runs).call()
    fixed = (usdc.ADDRESS, record.registry, local.identity)
    assert tuple(escrow.immutables().call()[:3]) == fixed
    assert registry.identities().call() == local.identity
    for one in (registry, escrow):
        assert one.trustedForwarder().call() == record.forwarder
        assert one.USDC().call() == usdc.ADDRESS
        assert one.owner().call() == wallet.address
    assert escrow.treasury().call() == local.treasury


def test_after__market_of_another_registry__is_refused_by_both_sides(w3, wallet, local, tmp_path):
    """STAKE-9: each market of the constructor has code and names this registry."""
    ours_, others = (
        deploy(w3, wallet, local, Records(tmp_path / name, tmp_path / "unfinished"))
        for name in ("ours", "others")
    )
    settled = local.settled(wallet.address)
    mixed = {
        "Forwarder": ours_.forwarder,
        "StakeRegistry": ours_.registry,
        "RunEscrow": others.runs,
    }

    with pytest.raises(NotVerified) as refusal:
        checks.after(w3, mixed, settled)

    assert "StakeRegistry.isMarket(RunEscrow) is False, not True" in str(refusal.value)
    assert f"RunEscrow.immutables() is ('{local.usdc.address}', '{others.registry}'" in str(
        refusal.value
    )


def test_deploy__market_without_code__writes_no_record(w3, node, wallet, local, records):
    """STAKE-9: the registry knows the address of a market that has not come to be."""

    def fail_to_create(line):
        if line.startswith("RunEscrow is at"):
            address = line.removeprefix("RunEscrow is at ")
            node.rpc("anvil_setCode", address, "0x")

    with pytest.raises(NotVerified, match=r"there is no code at .*, where RunEscrow should be"):
        deploy(w3, wallet, local, records, tell=fail_to_create)

    assert not records.path("local").exists()


def test_deploy__done__record_says_all(w3, wallet, local, records):
    record = deploy(w3, wallet, local, records)

    written = json.loads(records.path("local").read_text())
    assert written == json.loads(record.model_dump_json())
    assert list(written["contracts"]) == ["Forwarder", "StakeRegistry", "RunEscrow"]
    for created in written["contracts"].values():
        receipt = w3.eth.get_transaction_receipt(created["transaction"])
        assert receipt["contractAddress"] == created["address"]
        assert receipt["blockNumber"] == created["block"]
        sent = w3.eth.get_transaction(created["transaction"])["input"].hex()
        assert sent.endswith(created["encoded_arguments"][2:])
    assert written["contracts"]["StakeRegistry"]["arguments"] == {
        "usdc": local.usdc.address,
        "identity": local.identity,
        "owner": wallet.address,
        "markets": [record.runs],
        "trustedForwarder": record.forwarder,
    }
    assert written["deployer"] == wallet.address
    assert written["block"] == written["contracts"]["Forwarder"]["block"]
    assert written["compiler"]["version"].startswith("0.8.37")
    assert written["compiler"]["settings"]["viaIR"] is True
    assert set(written["source"]) == {"commit", "dirty"}


def test_deploy__done__package_reads_the_record(w3, wallet, local, records):
    record = deploy(w3, wallet, local, records)

    deployment = load(records.path("local"))
    assert (deployment.runs, deployment.registry) == (record.runs, record.registry)
    assert (deployment.chain_id, deployment.block) == (31337, record.block)


def test_deploy__again__says_so_and_changes_nothing(w3, wallet, local, records, told):
    first = deploy(w3, wallet, local, records)
    nonce = w3.eth.get_transaction_count(wallet.address)
    content = records.path("local").read_bytes()

    assert deploy(w3, wallet, local, records, tell=told.append) == first
    assert w3.eth.get_transaction_count(wallet.address) == nonce
    assert records.path("local").read_bytes() == content
    assert len(told) == 1
    assert "all is deployed already" in told[0]


def test_deploy__again_after_treasury_moved__changes_nothing(w3, wallet, public, records):
    """The owner may set another treasury (RUN-24); that is no other deployment."""
    record = deploy(w3, wallet, public, records)
    call = contract(w3, "RunEscrow", record.runs).setTreasury(_NOBODY)
    wallet.transact(call.build_transaction({"from": wallet.address, "gas": 100_000}))

    assert deploy(w3, wallet, public, records) == record


def test_deploy__asked__every_constructor_was_told(w3, wallet, local, records, told):
    seen = []
    record = deploy(
        w3,
        wallet,
        local,
        records,
        confirm=lambda: seen.extend(told) or True,
        tell=told.append,
    )

    words = "\n".join(seen)
    for name, created in record.contracts.items():
        assert f"{name} at {created.address}" in words
        for argument, value in created.arguments.items():
            assert argument in words
            assert (value[0] if isinstance(value, list) else value) in words


def test_deploy__declined__nothing_is_sent_or_noted(w3, wallet, local, records):
    nonce = w3.eth.get_transaction_count(wallet.address)

    with pytest.raises(Declined):
        deploy(w3, wallet, local, records, confirm=lambda: False)
    assert w3.eth.get_transaction_count(wallet.address) == nonce
    assert records.progress("local") is None
    assert records.record("local") is None


def refused(w3, wallet, parameters, records, words):
    nonce = w3.eth.get_transaction_count(wallet.address)
    with pytest.raises(ChainRefused, match=words) as refusal:
        deploy(w3, wallet, parameters, records)
    assert "\n" not in str(refusal.value)
    assert w3.eth.get_transaction_count(wallet.address) == nonce


def test_deploy__other_chain__refused(w3, wallet, local, records):
    other = local.model_copy(update={"chain_id": 8453})
    refused(w3, wallet, other, records, "has id 31337, but local has 8453")


def test_deploy__node_speaks_of_another_chain_later__is_signed_for_the_one_that_was_asked_for(
    w3, wallet, local, records, monkeypatch
):
    """SECURITY: no signature for another chain, and the cap on fees of the chain that is meant."""
    lies = FatefulWallet(
        wallet,
        1,
        before=lambda: monkeypatch.setattr(Eth, "chain_id", 1),
        after=lambda: monkeypatch.undo(),
    )
    record = deploy(w3, lies, local, records)

    assert record.chain_id == w3.eth.chain_id == local.chain_id


def test_deploy__token_of_18_decimals__refused(w3, wallet, local, records):
    Web3Host(w3).set_storage(usdc.ADDRESS, _DECIMALS_SLOT, 18)
    refused(w3, wallet, local, records, r"decimals\(\) is 18, not 6")


@pytest.mark.parametrize("view", ["symbol", "name", "version"])
def test_deploy__token_of_another_name__refused(w3, wallet, local, records, view):
    token = local.usdc.model_copy(update={view: "other"})
    other = local.model_copy(update={"usdc": token})
    refused(w3, wallet, other, records, rf"{view}\(\) is .*, not 'other'")


def test_deploy__no_token__refused(w3, wallet, local, records):
    nothing = local.usdc.model_copy(update={"address": _NOBODY})
    other = local.model_copy(update={"usdc": nothing})
    refused(w3, wallet, other, records, f"no code at {_NOBODY}, where USDC should be")


def test_deploy__token_is_no_token__refused(w3, wallet, local, records):
    wrong = local.usdc.model_copy(update={"address": local.identity})
    other = local.model_copy(update={"usdc": wrong})
    refused(w3, wallet, other, records, r"decimals\(\) is 'not answered'")


def test_deploy__no_identity_registry__refused(w3, wallet, local, records):
    other = local.model_copy(update={"identity": _NOBODY})
    refused(w3, wallet, other, records, f"no code at {_NOBODY}, where the identity registry")


def test_deploy__identity_is_no_registry__refused(w3, wallet, local, records):
    other = local.model_copy(update={"identity": usdc.ADDRESS})
    refused(w3, wallet, other, records, "is not an ERC-8004 identity registry")


def test_deploy__too_little_ether__refused(w3, node, wallet, local, records):
    node.rpc("anvil_setBalance", wallet.address, hex(10**12))
    refused(w3, wallet, local, records, "has 0.000001 ETH, but needs about")


@pytest.mark.parametrize("field", ["owner", "treasury"])
def test_deploy__role_of_a_contract__refused(w3, wallet, local, records, field):
    """RUN-24, RUN-26: money for a contract could never return."""
    with pytest.raises(ParametersInvalid, match=f"{field}: cannot be one of the contracts"):
        deploy(w3, wallet, local, records, **{field: usdc.ADDRESS})


def test_deploy__local_chain_restarted__deploys_anew(w3, node, wallet, local, records, told):
    snapshot = node.rpc("evm_snapshot")
    deploy(w3, wallet, local, records)
    node.rpc("evm_revert", snapshot)

    record = deploy(w3, wallet, local, records, tell=told.append)
    assert w3.eth.get_code(record.runs)
    assert "is of another chain or another build" in told[0]


def test_deploy__public_chain_without_the_code__refused(w3, node, wallet, public, records):
    snapshot = node.rpc("evm_snapshot")
    deploy(w3, wallet, public, records)
    node.rpc("evm_revert", snapshot)

    with pytest.raises(NotVerified, match=r"there is no code at .*, where Forwarder should be"):
        deploy(w3, wallet, public, records)


def test_deploy__public_chain_with_other_code__refused(w3, node, wallet, public, records):
    record = deploy(w3, wallet, public, records)
    code = bytearray(w3.eth.get_code(record.registry))
    code[100] ^= 1
    node.rpc("anvil_setCode", record.registry, "0x" + code.hex())

    with pytest.raises(NotVerified, match="not that of the compiled StakeRegistry; to deploy"):
        deploy(w3, wallet, public, records)


def test_deploy__damaged_record__refused(w3, wallet, local, records):
    deploy(w3, wallet, local, records)
    records.path("local").write_text("{")

    with pytest.raises(RecordUnreadable, match=r"local.json is damaged"):
        deploy(w3, wallet, local, records)
