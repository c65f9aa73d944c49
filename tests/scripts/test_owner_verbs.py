"""What owners do: pause, treasury, markets, ownership; sent, or written down for a Safe."""

from __future__ import annotations

import json

import pytest
from web3 import Web3
from web3.eth import Eth

from agentescrow.domain.constants import ONE_USDC, ZERO_ADDRESS
from agentescrow.errors import ContractReverted
from artifacts import ROOT
from deployment import owner_calls
from deployment.command import Session
from deployment.owning import carry_out
from deployment.safe_batch import checksum

SAFE = "0x00000000000000000000000000000000000000AA"
MARKET = "0x000000000000000000000000000000000000bEEF"
TREASURY = "0x000000000000000000000000000000000000dEaD"
NOTHING = "0x5f5ffd"  # code that refuses every call: enough to be a contract
BOTH = ("RunEscrow", "StakeRegistry")


@pytest.fixture
def market(rpc):
    """A contract that may become a market."""
    rpc("anvil_setCode", MARKET, NOTHING)
    return MARKET


@pytest.fixture
def safe(rpc, says):
    """A contract wallet that owns both contracts."""
    rpc("anvil_setCode", SAFE, NOTHING)
    rpc("anvil_setBalance", SAFE, hex(10**18))
    says("ownership", "transfer", SAFE, by="owner")
    accept_as(says, SAFE)
    return SAFE


def accept_as(says, address):
    says("ownership", "accept", "--account", address, by=None)


def test_pause__and_unpause__shows_the_state_before_and_after(does, says, contracts):
    """RUN-18: the owner's."""
    paused = does("pause", by="owner")
    assert paused["before"]["RunEscrow.paused"] is False
    assert paused["after"]["RunEscrow.paused"] is True
    assert paused["calls"][0]["call"] == "RunEscrow.pause()"
    assert contracts.runs.paused()

    said = says("unpause", by="owner")
    order = ("Before", "yes: no new runs", "RunEscrow.unpause()", "After")
    assert sorted(order, key=said.index) == list(order)
    assert not contracts.runs.paused()


@pytest.mark.parametrize(
    "command",
    [
        ("pause",),
        ("treasury", TREASURY),
        ("markets", "add", MARKET),
        ("ownership", "transfer", TREASURY, "--of", "StakeRegistry"),
    ],
)
def test_owner_verbs__somebody_else__refused(fails, market, command):
    """STAKE-9, RUN-18: nothing is sent."""
    assert "OwnableUnauthorizedAccount" in fails(*command, by="outsider")


def test_pause__node_speaks_of_another_chain_later__is_signed_for_the_record(
    contracts, wallets, monkeypatch
):
    """SECURITY: and what follows is read of no node that is behind it."""
    with monkeypatch.context() as lying:
        lying.setattr(Eth, "chain_id", 1)
        session = Session(contracts, wallets.owner, json_wanted=True)
        carry_out(session, owner_calls.pause(contracts), None)

    assert contracts.runs.paused()
    assert contracts.own.count == 1


def test_pause__twice__refused(fails, says):
    says("pause", by="owner")
    assert "paused" in fails("pause", by="owner")
    says("unpause", by="owner")
    assert "not paused" in fails("unpause", by="owner")


def test_treasury__set__gets_the_fees_of_later_sweeps(does, contracts, wallets, submitted_run):
    """RUN-16: what has accrued is sent to whoever is the treasury then."""
    contracts.runs.approve(wallets.poster, submitted_run())
    done = does("treasury", TREASURY, by="owner")
    assert done["before"]["RunEscrow.treasury"] == wallets.treasury.address
    assert done["after"]["RunEscrow.treasury"] == TREASURY
    assert does("sweep")["amount"] == done["after"]["RunEscrow.accruedFees"] == 5 * ONE_USDC
    assert contracts.usdc.balance_of(TREASURY) == 5 * ONE_USDC


def test_treasury__same_again_or_one_of_the_contracts__refused(fails, contracts, wallets):
    """RUN-26."""
    assert "is the treasury already" in fails("treasury", wallets.treasury.address, by="owner")
    assert "InvalidRecipient" in fails("treasury", contracts.registry.address, by="owner")


def test_markets__added_and_retired__shown(does, says, fails, contracts, market):
    """STAKE-9: for good."""
    escrow = contracts.runs.address
    added = does("markets", "add", market, by="owner")
    assert added["before"]["StakeRegistry.markets"] == {escrow: "active"}
    assert added["after"]["StakeRegistry.markets"] == {escrow: "active", market: "active"}
    assert does("markets", "show", market, by=None) == {"market": market, "active": True}
    assert "MarketAlreadyAdded" in fails("markets", "add", market, by="owner")

    says("markets", "retire", market, by="owner")
    assert "(retired)" in says("markets", "show", by=None)
    assert "may not lock stake: it is retired, or was never added" in says(
        "markets", "show", market, by=None
    )
    assert "MarketIsRetired" in fails("markets", "retire", market, by="owner")
    assert "MarketIsRetired" in fails("markets", "add", market, by="owner")


def test_markets__makes_no_sense__refused(fails, market):
    assert "has no code" in fails("markets", "add", TREASURY, by="owner")
    assert "which market?" in fails("markets", "retire", by="owner")
    assert "MarketUnknown" in fails("markets", "retire", market, by="owner")
    assert "change nothing here" in fails("markets", "show", by="owner")


def test_ownership__in_two_steps__of_both_contracts(does, says, contracts, wallets):
    """Nobody owns what it has not accepted."""
    outsider, owner = wallets.outsider.address, wallets.owner.address
    offered = does("ownership", "transfer", outsider, by="owner")["after"]
    accepted = does("ownership", "accept", by="outsider")["after"]

    for kind in BOTH:
        assert (offered[f"{kind}.owner"], offered[f"{kind}.pendingOwner"]) == (owner, outsider)
        assert (accepted[f"{kind}.owner"], accepted[f"{kind}.pendingOwner"]) == (outsider, None)
    assert contracts.runs.owner() == contracts.registry.owner() == outsider
    said = says("ownership", "transfer", owner, by="outsider")
    assert f"{owner} has no code: it is a single key" in said
    assert f"{owner} must accept it" in said


@pytest.mark.parametrize("kind", BOTH)
def test_ownership__of_one__leaves_the_other(says, fails, contracts, wallets, kind):
    says("ownership", "transfer", wallets.outsider.address, "--of", kind, by="owner")
    says("ownership", "accept", by="outsider")

    owners = {"RunEscrow": contracts.runs.owner(), "StakeRegistry": contracts.registry.owner()}
    assert owners.pop(kind) == wallets.outsider.address
    assert set(owners.values()) == {wallets.owner.address}
    assert "have two owners" in fails("ownership", "transfer", TREASURY, by="owner")


def test_ownership__taken_back__cannot_be_accepted(says, fails, contracts, wallets):
    says("ownership", "transfer", wallets.outsider.address, by="owner")
    says("ownership", "cancel", by="owner")

    assert "no ownership is offered" in fails("ownership", "accept", by="outsider")
    assert "no ownership is offered" in fails("ownership", "cancel", by="owner")
    assert contracts.registry.pending_owner() == ZERO_ADDRESS
    assert contracts.runs.owner() == wallets.owner.address


def test_ownership__makes_no_sense__refused(fails, contracts, wallets):
    assert "could never accept" in fails(
        "ownership", "transfer", contracts.usdc.address, by="owner"
    )
    assert "could never accept" in fails("ownership", "transfer", ZERO_ADDRESS, by="owner")
    assert "to whom?" in fails("ownership", "transfer", by="owner")
    assert "changes nothing with accept" in fails("ownership", "accept", TREASURY, by="owner")
    assert "change nothing here" in fails("ownership", "show", by="owner")


def test_ownership__given_up__by_no_command_and_no_call(fails, contracts, wallets):
    """A contract without an owner could never be paused."""
    assert "'renounce' is not one of" in fails("ownership", "renounce", by="owner")
    for vault in (contracts.runs, contracts.registry):
        with pytest.raises(ContractReverted, match="OwnershipNotRenounceable"):
            vault.dry_run(wallets.owner.address, "renounceOwnership")
    for script in (ROOT / "scripts").glob("*.py"):
        assert "renounceOwnership" not in script.read_text()


def executed(contracts, rpc, batch, sender):
    """Do what the Transaction Builder makes of a batch file, in the name of the Safe."""
    rpc("anvil_impersonateAccount", sender)
    for each in batch["transactions"]:
        method, values = each["contractMethod"], each["contractInputsValues"]
        abi = {"type": "function", "stateMutability": "nonpayable", "outputs": [], **method}
        contract = contracts.w3.eth.contract(each["to"], abi=[abi])
        data = contract.encode_abi(method["name"], [values[i["name"]] for i in method["inputs"]])
        sent = rpc("eth_sendTransaction", {"from": sender, "to": each["to"], "data": data})
        receipt = contracts.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        assert receipt["status"] == 1
        assert (each["value"], each["data"]) == ("0", None)


@pytest.mark.parametrize(
    ("command", "view", "expected"),
    [
        (("pause",), lambda c: c.runs.paused(), True),
        (("treasury", TREASURY), lambda c: c.runs.treasury(), TREASURY),
        (("markets", "add", MARKET), lambda c: c.registry.is_market(MARKET), True),
        (
            ("ownership", "transfer", TREASURY),
            lambda c: (c.runs.pending_owner(), c.registry.pending_owner()),
            (TREASURY, TREASURY),
        ),
    ],
    ids=["pause", "treasury", "markets", "ownership"],
)
def test_safe__batch_of_a_command__does_the_same(
    says, contracts, rpc, safe, market, tmp_path, command, view, expected
):
    """Nothing was sent, and the file does it when the Safe's owners have signed."""
    file, before = tmp_path / "batch.json", contracts.w3.eth.block_number
    said = says(*command, "--safe", file, by=None)
    batch = json.loads(file.read_text())

    assert contracts.w3.eth.block_number == before
    assert said.index("Before") < said.index("Nothing was sent.")
    assert (batch["version"], batch["chainId"]) == ("1.0", "31337")
    assert batch["meta"]["createdFromSafeAddress"] == safe
    assert batch["meta"]["checksum"] == checksum(batch)
    assert view(contracts) != expected
    executed(contracts, rpc, batch, safe)
    assert view(contracts) == expected


def test_safe__accepts_an_ownership__by_a_batch(says, contracts, rpc, tmp_path):
    """Ownable2Step: the Safe itself has to accept, once for each contract."""
    rpc("anvil_setCode", SAFE, NOTHING)
    rpc("anvil_setBalance", SAFE, hex(10**18))
    says("ownership", "transfer", SAFE, by="owner")
    says("ownership", "accept", "--safe", tmp_path / "batch.json", by=None)

    executed(contracts, rpc, json.loads((tmp_path / "batch.json").read_text()), SAFE)
    assert contracts.runs.owner() == contracts.registry.owner() == SAFE


def test_safe__would_be_refused__no_file(fails, says, safe, tmp_path):
    """A batch that reverts is found out now, not when five people have signed it."""
    file = tmp_path / "batch.json"
    assert "not paused" in fails("unpause", "--safe", file, by=None)
    assert "There are no accrued fees" in fails("sweep", "--safe", file, by=None)
    assert not file.exists()


def test_safe__makes_no_sense__refused(fails, says, tmp_path, rpc):
    """Options that change nothing, owners that are no Safe, files that are there."""
    file = tmp_path / "batch.json"
    assert "has no code, so it is not a Safe" in fails("pause", "--safe", file, by=None)
    assert "--account changes nothing with --safe" in fails("pause", "--safe", file, by="owner")
    assert not file.exists()


def test_safe__file_is_there__kept(fails, safe, tmp_path):
    file = tmp_path / "batch.json"
    file.write_text("mine")
    assert "exists already" in fails("pause", "--safe", file, by=None)
    assert file.read_text() == "mine"
    assert "cannot be written" in fails("pause", "--safe", tmp_path / "no" / "file", by=None)


@pytest.mark.parametrize(
    "idle",
    [("--yes",), ("--max-fee-gwei", "1")],
    ids=lambda one: one[0],
)
@pytest.mark.parametrize("more", [(), ("--safe", "batch.json")], ids=["alone", "safe"])
def test_options__of_an_account_that_is_not_named__refused(
    fails, tmp_path, idle, more, monkeypatch
):
    """They would be relied on, and do nothing."""
    monkeypatch.chdir(tmp_path)
    assert f"{idle[0]} changes nothing" in fails("pause", *more, *idle, by=None)


def test_max_fee__of_the_environment__may_stand(says, safe, tmp_path, monkeypatch):
    monkeypatch.setenv("MAX_FEE_GWEI", "1")
    assert "Nothing was sent" in says("pause", "--safe", tmp_path / "batch.json", by=None)


def test_checksum__batch_of_the_builder_itself__is_its_own():
    """A file that version 1.18.2 of Safe's Transaction Builder exported, as published."""
    inputs = [
        {"internalType": "address", "name": "spender", "type": "address"},
        {"internalType": "uint256", "name": "value", "type": "uint256"},
    ]
    values = {"spender": "0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8", "value": "100000000000"}
    transaction = {
        "to": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        "value": "0",
        "data": None,
        "contractMethod": {"inputs": inputs, "name": "approve", "payable": False},
        "contractInputsValues": values,
    }
    exported = {
        "version": "1.0",
        "chainId": "1",
        "createdAt": 1761326849944,
        "meta": {
            "name": "Transactions Batch",
            "description": "",
            "txBuilderVersion": "1.18.2",
            "createdFromSafeAddress": "0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6",
            "createdFromOwnerAddress": "",
            "checksum": "0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989",
        },
        "transactions": [transaction],
    }
    assert checksum(exported) == exported["meta"]["checksum"]
    assert Web3.is_checksum_address(transaction["to"])
