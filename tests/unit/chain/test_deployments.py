"""Deployment records."""

from __future__ import annotations

import json

import pytest

from agentescrow.chain import deployments
from agentescrow.chain.deployments import Deployment, load
from agentescrow.errors import DeploymentUnknown

ADDRESSES = ("usdc", "identity", "forwarder", "registry", "runs", "treasury", "owner")
RECORD = {
    "chain_id": 84532,
    "network": "base-sepolia",
    "block": 5,
    **dict.fromkeys(ADDRESSES, "0x90f79bf6eb2c4f870365e785982e1f101e93b906"),
    "more": {"is": "ignored"},
}


@pytest.fixture
def written(tmp_path):
    """Write a file and return its path."""

    def write(content):
        file = tmp_path / "record.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


def test_load__a_record__has_checksummed_addresses(written):
    """Records may hold more than what is read."""
    deployment = load(written(RECORD))

    assert isinstance(deployment, Deployment)
    assert (deployment.chain_id, deployment.network, deployment.block) == (84532, "base-sepolia", 5)
    assert deployment.runs == "0x90F79bf6EB2c4f870365E785982E1f101E93b906"


@pytest.mark.parametrize("name", ["chain_id", "network", "block", *ADDRESSES])
def test_load__missing_or_wrong__names_the_field(written, name):
    """One line that says what is wrong with the file."""
    without = {key: value for key, value in RECORD.items() if key != name}

    for content in (without, {**RECORD, name: ["x"]}):
        with pytest.raises(DeploymentUnknown, match=f"its '{name}' is missing or wrong"):
            load(written(content))


@pytest.mark.parametrize("name", ADDRESSES)
def test_load__address_mistyped__is_refused(written, name):
    """A digit, or its case, that was typed wrongly would name a contract of nobody's."""
    right = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
    for wrong in (right.replace("B906", "b906").replace("93b9", "93B9"), right[2:]):
        with pytest.raises(DeploymentUnknown, match=f"its '{name}' is missing or wrong"):
            load(written({**RECORD, name: wrong}))
    assert getattr(load(written({**RECORD, name: right})), name) == right


@pytest.mark.parametrize(
    ("content", "words"), [("{", "it is not JSON"), ("[]", "it is not a JSON object")]
)
def test_load__no_record__is_refused(written, content, words):
    """Any other file."""
    with pytest.raises(DeploymentUnknown, match=words):
        load(written(content))


def test_load__no_file__is_refused(tmp_path):
    """A typing error in a path."""
    with pytest.raises(DeploymentUnknown, match="there is no deployment record"):
        load(tmp_path / "none.json")


def test_load__by_chain_id__is_the_public_record_of_that_chain(tmp_path, monkeypatch):
    """A record of a rehearsal, or of another chain, is none of it, whichever comes first."""
    monkeypatch.setattr(deployments, "FOLDER", tmp_path)
    for name, chain_id, kind in (
        ("a-fork", 84532, "fork"),
        ("b-other", 8453, "public"),
        ("c-local", 84532, "local"),
        ("d-meant", 84532, "public"),
    ):
        record = {**RECORD, "network": name, "chain_id": chain_id, "kind": kind}
        (tmp_path / f"{name}.json").write_text(json.dumps(record))

    assert load(84532).network == "d-meant"
    assert load(8453).network == "b-other"
    with pytest.raises(DeploymentUnknown, match="with id 1 is recorded"):
        load(1)


def test_load__hashes_of_the_code__are_those_that_can_be_compared(written):
    """What is no hash says nothing, and an old record says nothing at all."""
    code = "0x" + "Ab" * 32
    contracts = {"RunEscrow": {"code_hash": code}, "Forwarder": {"code_hash": "?"}, "block": 5}

    assert load(written(RECORD)).code_hashes == {}
    assert load(written({**RECORD, "contracts": []})).code_hashes == {}
    found = load(written({**RECORD, "contracts": contracts, "block_hash": code}))
    assert found.code_hashes == {"RunEscrow": code.lower(), "Forwarder": ""}
    assert found.block_hash == code.lower()
