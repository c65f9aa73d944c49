"""What wallets, SDKs and other people's tests rely on is in the compiled contracts, word for word.

Functions are compared by selector, and by what they return; events by the name, type and index of
each field. What is not listed here is free to change.
"""

from __future__ import annotations

from collections import Counter

import pytest

from artifacts import ours

_TERMS = "(uint64,uint40,uint8,uint8,uint8)"
_AUTHORIZATION = "(address,uint256,uint256,bytes32,bytes)"

# Signature, then what it returns.
VAULT = {
    "selfPermit(uint256,uint256,bytes)": "",
    "multicall(bytes[])": "bytes[]",
    "withdrawCredit(address)": "",
    "creditOf(address)": "uint256",
    "totalOwed()": "uint256",
}
FUNCTIONS = {
    "StakeRegistry": VAULT
    | {
        "stake(uint256,uint256)": "",
        f"stakeWithAuthorization(uint256,uint256,{_AUTHORIZATION})": "",
        "unstake(uint256,uint256,address)": "",
        "lock(uint256,uint256,uint8)": "",
        "release(uint256,uint256,uint8)": "",
        "slash(uint256,uint256,uint256,address,bool)": "",
        "allowMarket(uint256,address,uint256)": "",
        "addMarket(address)": "",
        "retireMarket(address)": "",
        "getAgent(uint256)": "(uint256,uint256,uint256,uint256,uint256,uint256,uint256,bool)",
        "statusOf(uint256)": "uint8",
        "availableStake(uint256)": "uint256",
        "isOperator(uint256,address)": "bool",
        "payoutWalletOf(uint256)": "address",
        "isMarket(address)": "bool",
        "marketAllowance(uint256,address)": "uint256",
    },
    "RunEscrow": VAULT
    | {
        f"createRun({_TERMS},string)": "uint256",
        f"postRun({_TERMS},string)": "uint256",
        f"postRunWithAuthorization({_TERMS},string,{_AUTHORIZATION})": "uint256",
        "fundRun(uint256)": "",
        "claimRun(uint256,uint256)": "",
        "startRun(uint256)": "",
        "submitWork(uint256,string)": "",
        "abandonRun(uint256)": "",
        "approve(uint256)": "",
        "requestRevision(uint256,string)": "",
        "reject(uint256,string)": "",
        "slash(uint256)": "",
        "cancelRun(uint256)": "",
        "finalize(uint256)": "",
        "sweepFees()": "",
        "setTreasury(address)": "",
        "pause()": "",
        "unpause()": "",
        "getRun(uint256)": (
            "(address,uint8,uint256,uint256,uint256,uint256,uint256,uint256,uint8,uint256,address,"
            "uint256,uint256,uint256,bool)"
        ),
        "runCount()": "uint256",
        "feeOn(uint256)": "uint256",
        "claimEligibility(uint256,uint256)": "uint256",
        "slashableAt(uint256)": "uint256",
        "reviewEndsAt(uint256)": "uint256",
        "accruedFees()": "uint256",
    },
}

VAULT_EVENTS = {
    "Credited(address indexed account, uint256 amount)",
    "CreditWithdrawn(address indexed account, address indexed to, uint256 amount)",
    "OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner)",
    "OwnershipTransferred(address indexed previousOwner, address indexed newOwner)",
}
EVENTS = {
    "StakeRegistry": VAULT_EVENTS
    | {
        "Staked(uint256 indexed agentId, address indexed from, uint256 amount)",
        "Unstaked(uint256 indexed agentId, address indexed to, uint256 amount)",
        "StakeLocked(uint256 indexed agentId, address indexed market, uint256 amount,"
        " uint8 minStatus)",
        "StakeReleased(uint256 indexed agentId, address indexed market, uint256 amount,"
        " uint8 outcome)",
        "StakeSlashed(uint256 indexed agentId, address indexed market,"
        " address indexed beneficiary, uint256 amount, uint256 penalty, bool strike,"
        " uint256 strikes)",
        "MarketAdded(address indexed market)",
        "MarketRetired(address indexed market)",
        "MarketAllowed(uint256 indexed agentId, address indexed market, uint256 cap)",
    },
    "RunEscrow": VAULT_EVENTS
    | {
        "RunCreated(uint256 indexed runId, address indexed poster, uint256 reward, uint256 fee,"
        " uint256 deadline, uint8 reviewDays, uint8 maxRevisions, uint8 minStatus,"
        " string ipfsHash)",
        "RunFunded(uint256 indexed runId, uint256 amount)",
        "RunClaimed(uint256 indexed runId, uint256 indexed agentId, address indexed wallet,"
        " uint256 stake, uint256 dueAt)",
        "RunStarted(uint256 indexed runId)",
        "WorkSubmitted(uint256 indexed runId, string deliverableURI, uint256 reviewEndsAt)",
        "RevisionRequested(uint256 indexed runId, uint256 revision, uint256 dueAt,"
        " string feedback)",
        "RunApproved(uint256 indexed runId, uint256 indexed agentId, address indexed wallet,"
        " uint256 reward, uint256 fee, bool silent)",
        "RunRejected(uint256 indexed runId, uint256 indexed agentId, uint256 refund,"
        " string reason)",
        "RunCancelled(uint256 indexed runId, uint256 refund)",
        "RunAbandoned(uint256 indexed runId, uint256 indexed agentId)",
        "RunSlashed(uint256 indexed runId, uint256 indexed agentId, uint256 refund,"
        " uint256 compensation)",
        "FeesSwept(address indexed treasury, uint256 amount)",
        "TreasurySet(address indexed treasury)",
        "Paused(address account)",
        "Unpaused(address account)",
    },
}

CONSTRUCTORS = {
    "StakeRegistry": [
        ("usdc", "address"),
        ("identity", "address"),
        ("owner", "address"),
        ("markets", "address[]"),
        ("trustedForwarder", "address"),
    ],
    "RunEscrow": [
        ("usdc", "address"),
        ("registry", "address"),
        ("treasury", "address"),
        ("owner", "address"),
        ("trustedForwarder", "address"),
    ],
}

RECORDS = {
    ("StakeRegistry", "getAgent"): (
        "staked locked stakedAt claims completions rejections strikes frozen"
    ),
    ("RunEscrow", "getRun"): (
        "poster state reward fee deadline reviewDays maxRevisions revisions minStatus agentId"
        " wallet claimedAt submittedAt dueAt abandoned"
    ),
}

LARGEST_CONTRACT = 24 * 1024
_CALLCODE, _DELEGATECALL, _CREATE, _CREATE2, _SELFDESTRUCT = 0xF2, 0xF4, 0xF0, 0xF5, 0xFF
CONTRACTS = tuple(FUNCTIONS)


def items(contract: str, kind: str) -> list[dict]:
    """Read the items of one kind from a contract's ABI."""
    return [item for item in ours(contract).abi if item["type"] == kind]


def canonical(parameter: dict) -> str:
    """Write a parameter's type as it counts for selectors, tuples spelled out."""
    if not parameter["type"].startswith("tuple"):
        return parameter["type"]
    return f"({types(parameter['components'])}){parameter['type'][5:]}"


def types(parameters: list[dict]) -> str:
    """Write the types of several parameters."""
    return ",".join(map(canonical, parameters))


def declaration(event: dict) -> str:
    """Write an event as Solidity does."""
    fields = [f"{i['type']}{' indexed' * i['indexed']} {i['name']}" for i in event["inputs"]]
    return f"{event['name']}({', '.join(fields)})"


def instructions(code: bytes) -> Counter[int]:
    """Count the opcodes of runtime code, without the metadata at its end and the data of PUSH."""
    end = len(code) - 2 - int.from_bytes(code[-2:])
    found: Counter[int] = Counter()
    at = 0
    while at < end:
        opcode = code[at]
        found[opcode] += 1
        at += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)
    return found


@pytest.mark.parametrize("contract", CONTRACTS)
def test_functions__are_as_published(contract):
    published = FUNCTIONS[contract]
    compiled = {
        f"{f['name']}({types(f['inputs'])})": types(f["outputs"])
        for f in items(contract, "function")
    }

    assert {signature: compiled.get(signature) for signature in published} == published


@pytest.mark.parametrize("contract", CONTRACTS)
def test_events__are_as_published_and_no_others(contract):
    assert {declaration(event) for event in items(contract, "event")} == EVENTS[contract]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_constructor__is_as_published(contract):
    [constructor] = items(contract, "constructor")

    assert [(i["name"], i["type"]) for i in constructor["inputs"]] == CONSTRUCTORS[contract]


@pytest.mark.parametrize(("contract", "view"), RECORDS)
def test_records__have_their_fields_in_the_published_order(contract, view):
    [function] = [f for f in items(contract, "function") if f["name"] == view]

    [record] = function["outputs"]
    assert [field["name"] for field in record["components"]] == RECORDS[contract, view].split()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_nothing__is_payable(contract):
    """RUN-24."""
    mutability = {i.get("name", i["type"]): i.get("stateMutability") for i in ours(contract).abi}

    assert "payable" not in mutability.values()


@pytest.mark.parametrize("contract", [*CONTRACTS, "Forwarder"])
def test_size__is_below_the_limit_of_the_evm(contract):
    assert len(ours(contract).runtime) < LARGEST_CONTRACT


@pytest.mark.parametrize("contract", [*CONTRACTS, "Forwarder"])
def test_code__cannot_be_replaced_or_destroyed(contract):
    found = instructions(ours(contract).runtime)

    assert {found[opcode] for opcode in (_CALLCODE, _CREATE, _CREATE2, _SELFDESTRUCT)} == {0}
    # The one of multicall goes to the contract itself: tests/contracts/vault/test_multicall.py.
    assert found[_DELEGATECALL] == (0 if contract == "Forwarder" else 1)
