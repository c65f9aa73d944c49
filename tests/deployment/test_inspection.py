"""`deploy --check`, field by field, and `deploy --adopt`, which makes a lost record anew."""

from __future__ import annotations

import dataclasses

import pytest

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from deployment.adoption import adopt
from deployment.deploy import deploy
from deployment.errors import CannotResume, NotVerified
from deployment.inspection import inspect
from localnet.host import Web3Host

_NOBODY = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def made(w3, wallet, local, records):
    """The record of a deployment, as `deploy` made it."""
    return deploy(w3, wallet, local, records)


@pytest.fixture
def recorded(made, records):
    """The same as the package reads it."""
    return load(records.path("local"))


def differing(w3, record):
    return {
        field.name: (field.recorded, field.found) for field in inspect(w3, record) if field.differs
    }


def test_inspect__as_deployed__nothing_differs(w3, recorded):
    fields = inspect(w3, recorded)
    assert [field.describe() for field in fields if field.differs] == []
    assert len(fields) > 15


@pytest.mark.parametrize("name", ["forwarder", "registry", "runs"])
def test_inspect__other_code__differs(w3, recorded, name):
    at = getattr(recorded, name)
    Web3Host(w3).set_code(at, b"\x5f\x5f\xfd")
    (only,) = differing(w3, recorded)
    assert only.startswith("code of")
    assert only.endswith(at)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"chain_id": 5}, {"chain id"}),
        ({"usdc": _NOBODY}, {"RunEscrow: token", "StakeRegistry: token"}),
        (
            {"identity": _NOBODY},
            {"RunEscrow: identity registry", "StakeRegistry: identity registry"},
        ),
        ({"owner": _NOBODY}, {"RunEscrow: owner", "StakeRegistry: owner"}),
        ({"treasury": _NOBODY}, {"RunEscrow: treasury"}),
    ],
)
def test_inspect__record_says_another__differs(w3, recorded, changes, names):
    assert set(differing(w3, dataclasses.replace(recorded, **changes))) == names


def test_inspect__other_block__differs(w3, recorded):
    other = dataclasses.replace(recorded, block_hash="0x" + "11" * 32)
    assert differing(w3, other) == {
        f"hash of block {recorded.block}": (other.block_hash, recorded.block_hash)
    }


def test_inspect__what_owners_changed__differs(w3, wallet, recorded):
    """STAKE-9, RUN-18: a pause, another treasury, a market, an ownership on offer."""
    contracts = Contracts(w3, recorded)
    contracts.runs.pause(wallet)
    contracts.runs.set_treasury(wallet, _NOBODY)
    contracts.registry.add_market(wallet, _NOBODY)
    contracts.registry.retire_market(wallet, recorded.runs)
    call = w3.eth.contract(recorded.registry, abi=contracts.registry._contract.abi).functions
    w3.eth.wait_for_transaction_receipt(
        wallet.transact(
            call.transferOwnership(_NOBODY).build_transaction(
                {"from": wallet.address, "gas": 100_000}
            )
        ),
        poll_latency=0.01,
    )
    found = differing(w3, recorded)
    assert set(found) == {
        "StakeRegistry: pending owner",
        "RunEscrow: treasury",
        "RunEscrow: paused",
        "StakeRegistry: markets",
    }
    assert found["StakeRegistry: markets"][1] == {recorded.runs: "retired", _NOBODY: "active"}


@pytest.fixture
def lost(made, records):
    """The record is gone."""
    records.path("local").unlink()
    return made


def test_adopt__lost_record__is_as_it_was(w3, local, records, lost):
    """All but when it was made."""
    made = adopt(w3, local, records, lost.runs)
    same = {"time": lost.time, "source": lost.source}
    assert made.model_copy(update=same) == lost
    assert load(records.path("local")).code_hashes["RunEscrow"]


def test_adopt__treasury_and_owner_changed_since__those_of_now(
    w3, wallet, local, records, recorded, accounts_by_role
):
    Contracts(w3, recorded).runs.set_treasury(wallet, _NOBODY)
    records.path("local").unlink()
    made = adopt(w3, local, records, recorded.runs)
    assert (made.treasury, made.owner) == (_NOBODY, wallet.address)
    assert made.contracts["RunEscrow"].arguments["treasury"] == local.treasury
    assert differing(w3, load(records.path("local"))) == {}


def test_adopt__record_is_there__refused(w3, local, records, made):
    with pytest.raises(CannotResume, match="there is a record"):
        adopt(w3, local, records, made.runs)


@pytest.mark.parametrize("name", ["usdc", "registry", "forwarder"])
def test_adopt__not_our_escrow__refused(w3, local, records, lost, name):
    with pytest.raises(NotVerified):
        adopt(w3, local, records, getattr(lost, name))
    assert records.record("local") is None


def test_adopt__nothing_there__refused(w3, local, records):
    with pytest.raises(NotVerified, match=f"no code at {_NOBODY}"):
        adopt(w3, local, records, _NOBODY)


def test_adopt__registry_of_strangers__refused(w3, local, records, lost):
    Web3Host(w3).set_code(lost.registry, b"\x5f\x5f\xfd")
    with pytest.raises(NotVerified, match="not that of the compiled StakeRegistry"):
        adopt(w3, local, records, lost.runs)
