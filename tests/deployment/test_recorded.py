"""What a record is compared with before anything is signed: chain, code, whom the code knows."""

from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace

import pytest
from web3 import Web3

from agentescrow.chain import deployments
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.errors import (
    DeploymentDiffers,
    DeploymentUnknown,
    NodeUnreachable,
    OtherChain,
    WrongChain,
)
from deployment import known, record
from deployment.deploy import deploy
from deployment.known import is_for_development, usual
from deployment.record import Records
from localnet.anvil import Anvil
from localnet.host import Web3Host

_STRANGER = "0x000000000000000000000000000000000000dEaD"
CUSTOM = SimpleNamespace(name="custom", ecosystem=SimpleNamespace(name="ethereum"))
BASE_SEPOLIA = SimpleNamespace(name="sepolia", ecosystem=SimpleNamespace(name="base"))


@pytest.fixture
def deployed(w3, wallet, local, records):
    """A record as the package reads it, and its contracts."""
    deploy(w3, wallet, local, records)
    return load(records.path("local"))


def require_present(w3, deployment, **changes):
    Contracts(w3, dataclasses.replace(deployment, **changes)).require_present()


def test_require_present__as_recorded__passes(w3, deployed):
    require_present(w3, deployed)


@pytest.mark.parametrize("name", ["forwarder", "registry", "runs"])
def test_require_present__other_code_at_an_address__refused(w3, deployed, name):
    """No approval and no authorization is signed for a stranger's contract."""
    address = getattr(deployed, name)
    Web3Host(w3).set_code(address, b"\x5f\x5f\xfd")

    with pytest.raises(DeploymentDiffers, match=f"at {address} is 0x.*, the record says 0x"):
        require_present(w3, deployed)


@pytest.mark.parametrize("known_by_code", ["usdc", "identity", "forwarder", "registry"])
def test_require_present__our_code_built_for_others__refused(w3, deployed, known_by_code):
    """What constructors fill in is part of the code: a false token makes another hash."""
    code = bytes(w3.eth.get_code(deployed.runs))
    ours = bytes.fromhex(getattr(deployed, known_by_code)[2:])
    assert ours in code
    Web3Host(w3).set_code(deployed.runs, code.replace(ours, bytes.fromhex(_STRANGER[2:])))

    with pytest.raises(DeploymentDiffers, match="the code of RunEscrow"):
        require_present(w3, deployed)


@pytest.mark.parametrize("field", ["usdc", "identity"])
def test_require_present__record_names_another__refused(w3, deployed, field):
    """The token that a client approves is the one that the contract pulls."""
    with pytest.raises(DeploymentDiffers) as refusal:
        require_present(w3, deployed, **{field: _STRANGER})
    assert refusal.value.expected == _STRANGER


@pytest.mark.parametrize("field", ["registry", "runs", "forwarder"])
def test_require_present__nothing_there__refused(w3, deployed, field):
    with pytest.raises(DeploymentUnknown, match="are not on this chain: there is no code"):
        require_present(w3, deployed, **{field: _STRANGER})


@pytest.mark.parametrize("changes", [{"block_hash": ""}, {"code_hashes": {}}])
def test_require_present__record_says_too_little__refused(w3, deployed, changes):
    with pytest.raises(DeploymentUnknown, match="renew it with `ape run deploy --adopt`"):
        require_present(w3, deployed, **changes)


def test_require_present__other_chain_id__is_that(w3, deployed):
    with pytest.raises(WrongChain):
        require_present(w3, deployed, chain_id=8453)


def test_require_present__same_id_on_another_chain__named_as_that(w3, deployed):
    """A stranger may deploy the same code at the same addresses elsewhere: blocks tell."""
    with pytest.raises(OtherChain, match="another chain with id 31337, or a fork of it") as other:
        require_present(w3, deployed, block_hash="0x" + "11" * 32)
    assert other.value.actual == deployed.block_hash
    with pytest.raises(OtherChain, match="it lacks block 1000000"):
        require_present(w3, deployed, block=1_000_000)


def test_load__hashes_that_are_none__count_as_unsaid(w3, deployed, records):
    file = records.path("local")
    content = json.loads(file.read_text())
    content["block_hash"] = 7
    content["contracts"]["RunEscrow"]["code_hash"] = "0x12"
    file.write_text(json.dumps(content))

    assert load(file).block_hash == ""
    assert load(file).code_hashes["RunEscrow"] == ""


@pytest.fixture
def leftover(tmp_path, w3, wallet, local, monkeypatch):
    """A record of a rehearsal, in the folder where `ape run deploy` leaves it."""
    monkeypatch.setattr(record, "LOCAL", tmp_path / "local")
    monkeypatch.setattr(deployments, "FOLDER", tmp_path / "shipped")
    deploy(w3, wallet, local, Records(unfinished=tmp_path / "unfinished"))
    return load(tmp_path / "local" / "local.json")


def test_usual__local_chain_given_by_its_url__its_record(w3, leftover):
    assert usual(w3, CUSTOM) == leftover


def test_usual__public_network_named__no_local_record(w3, leftover):
    """Even at a node that looks like one for development."""
    with pytest.raises(DeploymentUnknown):
        usual(w3, BASE_SEPOLIA)


def test_usual__node_not_for_development__no_local_record(w3, leftover, monkeypatch):
    monkeypatch.setattr(known, "is_for_development", lambda _w3: False)
    with pytest.raises(DeploymentUnknown):
        usual(w3, CUSTOM)


def test_usual__strangers_contracts_on_another_chain__no_local_record(w3, leftover):
    """The attack: Anvil's keys are public, so anybody puts the same code at the same addresses."""
    ours = (leftover.forwarder, leftover.registry, leftover.runs)
    with Anvil() as another:
        for address in ours:
            Web3Host(another.w3).set_code(address, bytes(w3.eth.get_code(address)))
        another.rpc("anvil_mine", hex(leftover.block))

        with pytest.raises(DeploymentUnknown):
            usual(another.w3, CUSTOM)
        with pytest.raises(OtherChain):
            require_present(another.w3, leftover)


@pytest.mark.parametrize(
    ("url", "version", "expected"),
    [
        ("http://127.0.0.1:8545", "anvil/v1.7.1", True),
        ("http://localhost:8545", "HardhatNetwork/2.22.3", True),
        ("http://[::1]:8545", "anvil/v1.7.1", True),
        ("http://127.0.0.1:8545", "op-geth/v1.101", False),
        ("https://node.example.org", "anvil/v1.7.1", False),
        ("http://127.0.0.1.example.org", "anvil/v1.7.1", False),
        ("http://localhost.example.org:8545", "anvil/v1.7.1", False),
        ("http://10.0.0.1:8545", "anvil/v1.7.1", False),
        ("", "anvil/v1.7.1", False),
    ],
)
def test_is_for_development__place_and_version__both_count(url, version, expected):
    node = SimpleNamespace(provider=SimpleNamespace(endpoint_uri=url), client_version=version)
    assert is_for_development(node) is expected


def test_require_present__nobody_answers__is_that(w3, deployed):
    with pytest.raises(NodeUnreachable):
        require_present(Web3(Web3.HTTPProvider("http://127.0.0.1:1")), deployed)
