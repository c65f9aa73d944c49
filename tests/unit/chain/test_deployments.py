"""Deployment records."""

from __future__ import annotations

import json

import pytest

from agentescrow.chain.deployments import Deployment, load
from agentescrow.errors import DeploymentUnknown

ADDRESSES = ("usdc", "identity", "forwarder", "registry", "escrow", "treasury", "owner")
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
    assert deployment.escrow == "0x90F79bf6EB2c4f870365E785982E1f101E93b906"


@pytest.mark.parametrize("name", ["chain_id", "network", "block", *ADDRESSES])
def test_load__missing_or_wrong__names_the_field(written, name):
    """One line that says what is wrong with the file."""
    without = {key: value for key, value in RECORD.items() if key != name}

    for content in (without, {**RECORD, name: ["x"]}):
        with pytest.raises(DeploymentUnknown, match=f"its '{name}' is missing or wrong"):
            load(written(content))


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
