"""Reverts in every wrapping."""

from __future__ import annotations

import pytest
import requests
from eth_abi import encode
from eth_utils import keccak
from web3.exceptions import (
    BadFunctionCallOutput,
    ContractCustomError,
    ContractLogicError,
    ContractPanicError,
    Web3RPCError,
)

from agentescrow.chain.reverts import from_data, refusal, translate, translated_errors
from agentescrow.errors import (
    ContractReverted,
    InsufficientFunds,
    InvalidTime,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
)

CALLER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
NOT_AGENT = keccak(text="NotAgent(uint256,address)")[:4] + encode(
    ["uint256", "address"], [7, CALLER]
)
MESSAGE = "Only the payout wallet or an operator of the agent on run 7 can do this; the caller is "


def text_revert(text):
    return bytes.fromhex("08c379a0") + encode(["string"], [text])


def test_from_data__custom_error__has_name_values_and_words():
    """API-3: name and values for programs, one sentence for people."""
    error = from_data(NOT_AGENT)

    assert (error.name, error.arguments) == ("NotAgent", {"runId": 7, "caller": CALLER})
    assert error.words == f"{MESSAGE}{CALLER}."
    assert str(error) == f"{error.words} [NotAgent(runId=7, caller={CALLER})]"


def test_from_data__string__is_usdcs_in_words():
    """RUN-16: USDC answers with strings."""
    error = from_data(text_revert("Blacklistable: account is blacklisted"))

    assert error.arguments == {"reason": "Blacklistable: account is blacklisted"}
    assert error.words == "Circle has blacklisted an account of this USDC transfer."


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "Unexplained", "without a reason"),
        (bytes.fromhex("4e487b71") + encode(["uint256"], [0x11]), "Panic", "a number overflowed"),
        (bytes.fromhex("4e487b71") + encode(["uint256"], [0x99]), "Panic", "panic 0x99"),
        (b"\xde\xad\xbe\xef" + b"\0" * 32, "0xdeadbeef", "unknown error"),
        (NOT_AGENT[:20], NOT_AGENT[:4].hex(), "unknown error"),
        (b"\x01", "0x01", "unknown error"),
        (text_revert("what?"), "Error", "The contract reverted: what?."),
        (bytes.fromhex("08c379a0") + encode(["bytes"], [b"\xff"]), "0x08c379a0", "unknown error"),
    ],
)
def test_from_data__anything__gets_words(data, name, words):
    """Foreign, cut and empty data make no exception of their own."""
    error = from_data(data)

    assert error.name.removeprefix("0x") == name.removeprefix("0x")
    assert words in error.words


def rpc_error(data, message="execution reverted", code=3):
    answer = {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message, "data": data}}
    return Web3RPCError(message, rpc_response=answer)


class ApeLikeError(Exception):
    """Ape keeps the exception of web3 that it wraps in `base_err`."""

    def __init__(self, base_err):
        super().__init__("Transaction failed.")
        self.base_err = base_err


HEX = f"0x{NOT_AGENT.hex()}"


@pytest.mark.parametrize(
    "error",
    [
        ContractCustomError(HEX, data=HEX),
        ContractLogicError("execution reverted", data=HEX),
        rpc_error(HEX),
        rpc_error({"data": HEX}),
        ValueError({"code": 3, "message": "execution reverted", "data": HEX}),
        ApeLikeError(ContractCustomError(HEX, data=HEX)),
    ],
    ids=["custom", "logic", "rpc", "rpc nested", "value error", "ape"],
)
def test_translate__revert_in_any_wrapping__is_the_same(error):
    """web3, bare JSON-RPC and Ape wrap a revert differently."""
    meaning = translate(error)

    assert isinstance(meaning, ContractReverted)
    assert meaning.name == "NotAgent"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ContractLogicError("execution reverted"), ContractReverted),
        (ContractPanicError("Panic", data="0x"), ContractReverted),
        (rpc_error(None, "insufficient funds for gas * price + value", -32000), InsufficientFunds),
        (rpc_error(None, "nonce too low", -32000), NodeRefused),
        (BadFunctionCallOutput("no code"), NodeRefused),
        (requests.ConnectionError("refused"), NodeUnreachable),
        (requests.Timeout("slow"), NodeUnreachable),
    ],
)
def test_translate__no_revert_data__is_told_apart(error, kind):
    """What is no revert says so, in one line."""
    meaning = translate(error)

    assert type(meaning) is kind
    assert len(str(meaning).splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted", "data": HEX},
        {"code": 3, "message": "", "data": HEX.upper().replace("0X", "0x")},
        {"code": -32000, "message": "Execution reverted", "data": HEX},
        {"code": -32015, "message": "VM execution error.", "data": f"Reverted {HEX}"},
        {"code": -32603, "message": "Error: VM Exception", "data": {"message": "…", "data": HEX}},
        {"code": -32603, "message": "x", "data": {"originalError": {"code": 3, "data": HEX}}},
        {"code": -32000, "message": f"execution reverted: {HEX}"},
        {"code": -32000, "data": {"0xab": {"error": "revert", "return": HEX}}},
        {"code": -32000, "message": "err: reverted", "data": [HEX]},
        f"execution reverted: {HEX}",
    ],
)
def test_refusal__of_any_node__has_the_contracts_words(error):
    """API-3: geth, Besu, Nethermind, Hardhat, gateways that wrap, and a text alone."""
    meaning = refusal(error)

    assert isinstance(meaning, ContractReverted)
    assert (meaning.name, meaning.arguments["runId"]) == ("NotAgent", 7)


@pytest.mark.parametrize(
    ("error", "name", "words"),
    [
        ({"code": 3, "message": "execution reverted"}, "Unexplained", "without a reason"),
        ({"code": 3}, "Unexplained", "without a reason"),
        ({"code": -32000, "message": "execution reverted", "data": "0x"}, "Unexplained", "without"),
        (
            {"code": -32000, "message": "VM: revert", "data": None},
            "Unexplained",
            "without a reason",
        ),
        ("execution reverted", "Unexplained", "without a reason"),
        ({"code": 3, "message": "execution reverted: Pausable: paused"}, "Error", "Circle has"),
        ("VM: reverted with reason string 'Pausable: paused'", "Error", "Circle has paused USDC."),
        ({"code": 3, "message": "execution reverted: insufficient funds"}, "Error", "insufficient"),
    ],
)
def test_refusal__data_stripped__is_the_contracts_all_the_same(error, name, words):
    """API-3: code 3, or "revert" anywhere, whatever a gateway has left of it."""
    meaning = refusal(error)

    assert (type(meaning), meaning.name) == (ContractReverted, name)
    assert words in meaning.words


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": -32000, "message": "nonce too low"}, NodeRefused),
        ({"code": -32000, "message": "already known", "data": "0x" + "ab" * 32}, NodeRefused),
        ({"code": -32000, "message": "header not found", "data": "0x"}, NodeRefused),
        ({"code": -32000, "message": "unknown block", "data": "0xdeadbeef"}, NodeRefused),
        ({"code": -32005, "message": "limit exceeded"}, NodeBusy),
        ({"code": 429, "message": "compute units"}, NodeBusy),
        ({"code": -32000, "message": "insufficient funds for gas"}, InsufficientFunds),
        ("too many requests", NodeRefused),
        ("", NodeRefused),
        ({}, NodeRefused),
        ([None, 7, {"a": [[[[[[["revert"]]]]]]]}], NodeRefused),
        (False, NodeRefused),
        ({"message": {"what": "?"}, "code": {}}, NodeRefused),
        ({"message": "<html>\n" * 10_000, "code": "3"}, NodeRefused),
    ],
)
def test_refusal__of_the_nodes__is_one_line_of_its_kind(error, kind):
    """API-3: in any form; nothing that is no exception of this package leaves."""
    meaning = refusal(error)

    assert type(meaning) is kind
    assert len(str(meaning).splitlines()) == 1
    assert len(str(meaning)) < 400


def test_translate__nothing_of_the_chain__is_none():
    """A bug stays a bug."""
    assert translate(KeyError("x")) is None


def test_in_words__translates_and_lets_pass():
    """Ours and what is not the chain's pass as they are."""
    with pytest.raises(ContractReverted) as raised, translated_errors():
        raise ContractCustomError(HEX, data=HEX)
    assert isinstance(raised.value.__cause__, ContractCustomError)
    with pytest.raises(KeyError), translated_errors():
        raise KeyError("x")
    ours = InvalidTime("x", "y")
    with pytest.raises(InvalidTime) as passed, translated_errors():
        raise ours
    assert passed.value is ours
