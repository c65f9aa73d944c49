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

from agentescrow.chain.reverts import from_data, in_words, translate
from agentescrow.errors import (
    ContractReverted,
    InsufficientFunds,
    InvalidTime,
    NodeRefused,
    NodeUnreachable,
)

CALLER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
NOT_AGENT = keccak(text="NotAgent(uint256,address)")[:4] + encode(
    ["uint256", "address"], [7, CALLER]
)
WORDS = "Only the agent of run 7 may do this, its payout wallet or an operator; the caller is "


def text_revert(text):
    return bytes.fromhex("08c379a0") + encode(["string"], [text])


def test_from_data__custom_error__has_name_values_and_words():
    """API-3: name and values for programs, one sentence for people."""
    error = from_data(NOT_AGENT)

    assert (error.name, error.arguments) == ("NotAgent", {"runId": 7, "caller": CALLER})
    assert error.words == f"{WORDS}{CALLER}."
    assert str(error) == f"{error.words} [NotAgent(runId=7, caller={CALLER})]"


def test_from_data__string__is_usdcs_in_words():
    """RUN-16: USDC answers with strings."""
    error = from_data(text_revert("Blacklistable: account is blacklisted"))

    assert error.arguments == {"reason": "Blacklistable: account is blacklisted"}
    assert error.words == "Circle has blacklisted an account of this USDC transfer."


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "Unexplained", "gave no reason"),
        (bytes.fromhex("4e487b71") + encode(["uint256"], [0x11]), "Panic", "a number overflowed"),
        (bytes.fromhex("4e487b71") + encode(["uint256"], [0x99]), "Panic", "panic 0x99"),
        (b"\xde\xad\xbe\xef" + b"\0" * 32, "0xdeadbeef", "not known here"),
        (NOT_AGENT[:20], NOT_AGENT[:4].hex(), "not known here"),
        (b"\x01", "0x01", "not known here"),
        (text_revert("what?"), "Error", "The contract refused: what?."),
        (bytes.fromhex("08c379a0") + encode(["bytes"], [b"\xff"]), "0x08c379a0", "not known here"),
    ],
)
def test_from_data__anything__gets_words(data, name, words):
    """Foreign, cut and empty data make no exception of their own."""
    error = from_data(data)

    assert error.name.removeprefix("0x") == name.removeprefix("0x")
    assert words in error.words


def rpc_error(data, message="execution reverted"):
    answer = {"jsonrpc": "2.0", "id": 1, "error": {"code": 3, "message": message, "data": data}}
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
        (rpc_error(None, "insufficient funds for gas * price + value"), InsufficientFunds),
        (rpc_error(None, "nonce too low"), NodeRefused),
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


def test_translate__nothing_of_the_chain__is_none():
    """A bug stays a bug."""
    assert translate(KeyError("x")) is None


def test_in_words__translates_and_lets_pass():
    """Ours and what is not the chain's pass as they are."""
    with pytest.raises(ContractReverted) as raised, in_words():
        raise ContractCustomError(HEX, data=HEX)
    assert isinstance(raised.value.__cause__, ContractCustomError)
    with pytest.raises(KeyError), in_words():
        raise KeyError("x")
    ours = InvalidTime("x", "y")
    with pytest.raises(InvalidTime) as passed, in_words():
        raise ours
    assert passed.value is ours
