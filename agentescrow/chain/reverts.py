"""Reverts, however they are wrapped, to `errors.ContractReverted` with a sentence for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from traceback import walk_tb
from typing import Any, Final

import requests
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_abi_to_4byte_selector
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.exceptions import ContractLogicError, Web3Exception, Web3RPCError

from agentescrow.chain.abis import NAMES, entries
from agentescrow.chain.words import error_words, panic_words, reason_words
from agentescrow.errors import (
    AgentEscrowError,
    ContractReverted,
    InsufficientFunds,
    NodeRefused,
    NodeUnreachable,
)

_ERROR: Final = bytes.fromhex("08c379a0")  # Error(string)
_PANIC: Final = bytes.fromhex("4e487b71")  # Panic(uint256)
_NO_REASON: Final = "The contract refused and gave no reason."
_SENSELESS: Final = (
    ArithmeticError,
    AttributeError,
    DecodingError,
    LookupError,
    TypeError,
    ValueError,
)
_NO_GAS_MONEY: Final = ("insufficient funds", "insufficient balance for transfer")


def from_data(data: bytes) -> ContractReverted:
    """Read the data of a revert.

    Args:
        data: What the contract returned: a custom error, Error(string), Panic(uint256) or nothing.

    Returns:
        The error, for the caller to raise. What no ABI of ours knows is named by its selector.
    """
    if not data:
        return ContractReverted("Unexplained", {}, _NO_REASON)
    selector, body = data[:4], data[4:]
    try:
        return _known(selector, body)
    except (DecodingError, UnicodeDecodeError, KeyError):
        name = f"0x{selector.hex()}"
        words = f"The contract refused with an error that is not known here ({name})."
        return ContractReverted(name, {"data": f"0x{data.hex()}"}, words)


def translate(error: BaseException) -> AgentEscrowError | None:
    """Find out what an exception of web3 or Ape, or of the HTTP client below it, means.

    Args:
        error: Any exception.

    Returns:
        The error of this package, for the caller to raise, or None if it is nothing of the chain.
    """
    if isinstance(error, AgentEscrowError):
        return error
    chain = list(_causes(error))
    for cause in chain:
        data = _revert_data(cause)
        if data is not None:
            return from_data(data)
    for cause in chain:
        other = _without_data(cause)
        if other is not None:
            return other
    return None


@contextmanager
def in_words() -> Iterator[None]:
    """Let exceptions of web3 and Ape leave the block as errors of this package.

    Raises:
        ContractReverted: A contract refused.
        ChainProblem: The node refused, or did not answer.
    """
    try:
        yield
    except Exception as error:
        meaning = translate(error)
        if meaning is None and _is_of_web3(error):
            meaning = nonsense(error)
        if meaning is None or meaning is error:
            raise
        raise meaning from error


@contextmanager
def making_sense() -> Iterator[None]:
    """Let what a node answers in another form than it should be a failure of the node.

    Raises:
        NodeUnreachable: Something was not there, or of another type.
    """
    try:
        yield
    except AgentEscrowError:  # some are a `ValueError` too
        raise
    except _SENSELESS as error:
        raise nonsense(error) from error


def nonsense(error: Exception) -> NodeUnreachable:
    """What it is called when a node's answer cannot be read.

    Args:
        error: What came of the attempt.
    """
    return NodeUnreachable(f"the node's answer makes no sense: {error!r}")


def _is_of_web3(error: Exception) -> bool:
    """Whether web3 failed in reading an answer; the same of a foreign wallet says nothing of it."""
    frames = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return isinstance(error, _SENSELESS) and any(name.startswith("web3.") for name in frames)


def _known(selector: bytes, body: bytes) -> ContractReverted:
    if selector == _ERROR:
        (reason,) = _decoded(["string"], body)
        return ContractReverted("Error", {"reason": reason}, reason_words(reason))
    if selector == _PANIC:
        (code,) = _decoded(["uint256"], body)
        return ContractReverted("Panic", {"code": code}, panic_words(code))
    entry = _errors()[selector]
    types = [parameter["type"] for parameter in entry["inputs"]]
    values = (_plain(*pair) for pair in zip(types, _decoded(types, body), strict=True))
    names = (parameter["name"] for parameter in entry["inputs"])
    arguments = dict(zip(names, values, strict=True))
    return ContractReverted(entry["name"], arguments, error_words(entry["name"], arguments))


def _decoded(types: list[str], body: bytes) -> tuple[Any, ...]:
    """Read values as the EVM does, which never looks at what fills up a word.

    Solidity before 0.8 leaves there what was in its memory: real USDC does, for a payer by
    authorization who has too little.
    """
    return decode(types, body, strict=False)


def _plain(kind: str, value: object) -> object:
    return to_checksum_address(str(value)) if kind == "address" else value


@cache
def _errors() -> dict[bytes, Mapping[str, Any]]:
    return {
        bytes(function_abi_to_4byte_selector(entry)): entry  # type: ignore[arg-type]
        for name in NAMES
        for entry in entries(name, "error")
    }


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it wraps; Ape keeps that in `base_err`."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        cause = pending.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        pending += [getattr(cause, "base_err", None), cause.__cause__, cause.__context__]


def _revert_data(error: BaseException) -> bytes | None:
    for found in (getattr(error, "data", None), _rpc_data(error)):
        if isinstance(found, bytes):
            return bytes(found)
        if isinstance(found, str) and found.startswith("0x"):
            return bytes(HexBytes(found))
    return None


def _rpc_data(error: BaseException) -> object:
    """`error.data` of a JSON-RPC answer; some nodes put it one level deeper."""
    answer: Any = getattr(error, "rpc_response", None)
    if answer is None and error.args and isinstance(error.args[0], dict):
        answer = {"error": error.args[0]}
    data = (answer or {}).get("error", {}).get("data")
    return data.get("data") if isinstance(data, dict) else data


def _without_data(error: BaseException) -> AgentEscrowError | None:
    text = str(getattr(error, "message", None) or error)
    if any(sign in text.lower() for sign in _NO_GAS_MONEY):
        return InsufficientFunds("ETH", "the sender", "cannot pay for the gas")
    if isinstance(error, ContractLogicError):
        return ContractReverted("Unexplained", {}, _NO_REASON)
    if isinstance(error, Web3RPCError):
        return NodeRefused(f"the node refused: {text}")
    if isinstance(error, requests.RequestException):
        return NodeUnreachable("the node does not answer: check the RPC address and the network")
    if isinstance(error, Web3Exception):
        return NodeRefused(f"the node's answer makes no sense: {text}")
    return None
