"""A client that has the address of an API and a key, and nothing else (API-7).

given a record that the package ships for the API's chain
  when the API works with its contracts: what is signed is for them
  when it works with others, or on another chain with that id: nothing is signed
given none for that chain
  then nothing is signed
"""

from __future__ import annotations

import json

import pytest

from agentescrow import AgentClient, DeploymentUnknown, UntrustedRequest
from agentescrow.chain import deployments
from agentescrow.chain.wallet import LocalWallet
from tests.sdk.between import between
from tests.sdk.conftest import USDC
from tests.sdk.hostile_api import HostileApi

OTHER = "0x" + "66" * 20


class Counting(LocalWallet):
    """Counts what it signs."""

    signed = 0

    def sign_typed_data(self, message):
        self.signed += 1
        return super().sign_typed_data(message)


@pytest.fixture
def wallet(market):
    return Counting(market.chain.w3, market.chain.accounts["poster"])


@pytest.fixture
def ship(market, tmp_path, monkeypatch):
    """Ships the record of the local chain as if it were a public one, with changes."""

    def ship(**changes):
        record = json.loads(market.record.read_text()) | {"kind": "public"} | changes
        (tmp_path / "31337.json").write_text(json.dumps(record))
        monkeypatch.setattr(deployments, "FOLDER", tmp_path)

    return ship


def test_create__address_of_an_api_alone__signs_for_the_shipped_record(market, ship, wallet):
    """API-7: no file, no node."""
    ship()
    with AgentClient(market.api_url, signer=wallet) as poster:
        run = poster.runs.create(USDC, "+1d", "ipfs://x")
    assert (run.poster_address, wallet.signed) == (wallet.address, 1)


def test_create__nothing_shipped_for_the_chain__is_refused(market, wallet):
    """API-7: the chain's id is named."""
    with (
        AgentClient(market.api_url, signer=wallet) as poster,
        pytest.raises(DeploymentUnknown, match="31337"),
    ):
        poster.runs.create(USDC, "+1d", "ipfs://x")
    assert wallet.signed == 0


@pytest.mark.parametrize(
    ("key", "name"),
    [
        *((key, key) for key in ("usdc", "identity", "forwarder", "registry")),
        ("escrow", "runs"),  # JSON keeps the key of the first version
    ],
)
def test_create__api_with_other_contracts__gets_no_signature(market, ship, wallet, key, name):
    """API-7: a stranger's contract would take the money."""
    ship()
    api = HostileApi(market.api_url)
    api.lies = {"/api/config": lambda told: told["contracts"].update({key: OTHER})}
    with (
        between(api) as url,
        AgentClient(url, signer=wallet) as poster,
        pytest.raises(UntrustedRequest, match=f"{name} {OTHER}"),
    ):
        poster.runs.create(USDC, "+1d", "ipfs://x")
    assert wallet.signed == 0


def test_create__api_on_another_chain_with_that_id__gets_no_signature(market, ship, wallet):
    """API-7: what is signed for a fork is good on the chain that was forked."""
    ship(block_hash="0x" + "77" * 32)
    with (
        AgentClient(market.api_url, signer=wallet) as poster,
        pytest.raises(UntrustedRequest, match="hash of block"),
    ):
        poster.runs.create(USDC, "+1d", "ipfs://x")
    assert wallet.signed == 0
