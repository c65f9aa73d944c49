"""Translate errors of nodes, web3 and Ape into errors of this package, with a sentence.

Each Ethereum client reports a revert in its own form, and gateways remove parts of it.
"""

from __future__ import annotations

import re
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
from web3.exceptions import ContractLogicError, Web3Exception, Web3RPCError

from agentescrow.chain.abis import NAMES, entries
from agentescrow.chain.error_messages import error_message, panic_message, reason_message
from agentescrow.errors import (
    AgentEscrowError,
    ContractReverted,
    InsufficientFunds,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
)

_ERROR: Final = bytes.fromhex("08c379a0")  # Error(string)
_PANIC: Final = bytes.fromhex("4e487b71")  # Panic(uint256)
_NO_REASON: Final = "The contract reverted without a reason."
_MALFORMED: Final = (
    ArithmeticError,
    AttributeError,
    DecodingError,
    LookupError,
    TypeError,
    ValueError,
)
_NO_GAS_MONEY: Final = ("insufficient funds", "insufficient balance for transfer")
_REVERT_CODES: Final = (3, -32015)  # geth and its followers, Nethermind
_BUSY_CODES: Final = (-32005, 429)  # "limit exceeded" of EIP-1474 and of HTTP
_DATA: Final = re.compile(r"(?<![0-9a-zA-Z])0x((?:[0-9a-fA-F]{8}(?:[0-9a-fA-F]{64})*)?)(?!\w)")
"""Empty, or a selector and 32-byte words."""

_REASON: Final = re.compile(r"reverted(?:: | with reason string ')(.+?)'?$", re.DOTALL)
_LONGEST: Final = 300  # characters of a node's message
_DEEPEST: Final = 5  # levels of an error that are searched for revert data


def from_data(data: bytes) -> ContractReverted:
    """Decode revert data.

    Args:
        data: Custom error, Error(string), Panic(uint256) or nothing.

    Returns:
        Error for the caller to raise. An unknown custom error is named by its selector.
    """
    if not data:
        return ContractReverted("Unexplained", {}, _NO_REASON)
    selector, body = data[:4], data[4:]
    try:
        return _known(selector, body)
    except (DecodingError, UnicodeDecodeError, KeyError):
        name = f"0x{selector.hex()}"
        message = f"The contract reverted with an unknown error ({name})."
        return ContractReverted(name, {"data": f"0x{data.hex()}"}, message)


def refusal(error: object) -> AgentEscrowError:
    """Translate the error of a JSON-RPC response.

    Args:
        error: Error in any form; usually an object with code, message and data.

    Returns:
        Error of the contract or the node, for the caller to raise.
    """
    code = error.get("code") if isinstance(error, dict) else None
    texts = list(_texts(error))
    reverted = any("revert" in text.lower() for text in texts) or code in _REVERT_CODES
    message = node_message(error)
    data = _data(texts)
    if data and (reverted or data[:4] in _errors()):
        return from_data(data)
    if any(sign in message.lower() for sign in _NO_GAS_MONEY) and "revert" not in message.lower():
        return InsufficientFunds("ETH", "the sender", "cannot pay for the gas")
    if reverted:
        return _reverted_for(_REASON.search(message))
    kind = NodeBusy if code in _BUSY_CODES else NodeRefused
    return kind(f"the node refused: {message}")


def node_message(error: object) -> str:
    """Return the message of a JSON-RPC error, or a text, as one line of limited length."""
    message = error.get("message") if isinstance(error, dict) else error
    line = " ".join(str(message or "no reason given").split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def translate(error: BaseException) -> AgentEscrowError | None:
    """Translate an exception of web3, Ape or their HTTP client.

    Returns:
        Error of this package for the caller to raise, or None if the chain is not involved.
    """
    if isinstance(error, AgentEscrowError):
        return error
    chain = list(_causes(error))
    refused = (_contracts_refusal(cause) for cause in chain)
    others = (_other_error(cause) for cause in chain)
    return next(filter(None, refused), None) or next(filter(None, others), None)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Re-raise exceptions of web3 and Ape as errors of this package.

    Raises:
        ContractReverted: A contract refused.
        ChainProblem: The node refused, or did not answer.
    """
    try:
        yield
    except Exception as error:
        translated = translate(error)
        if translated is None and _is_of_web3(error):
            translated = malformed_answer(error)
        if translated is None or translated is error:
            raise
        raise translated from error


@contextmanager
def checked_answers() -> Iterator[None]:
    """Re-raise failures to read a node's answer as a failure of the node.

    Raises:
        NodeUnreachable: A value is missing or has the wrong type.
    """
    try:
        yield
    except AgentEscrowError:  # some are also a `ValueError`
        raise
    except _MALFORMED as error:
        raise malformed_answer(error) from error


def malformed_answer(error: Exception) -> NodeUnreachable:
    """Build the error for an answer of a node that could not be read because of `error`."""
    return NodeUnreachable(f"the node's answer is malformed: {error!r}")


def _is_of_web3(error: Exception) -> bool:
    """Whether web3, and not some other code such as a wallet, failed to read an answer."""
    frames = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return isinstance(error, _MALFORMED) and any(name.startswith("web3.") for name in frames)


def _known(selector: bytes, body: bytes) -> ContractReverted:
    if selector == _ERROR:
        (reason,) = _decoded(["string"], body)
        return ContractReverted("Error", {"reason": reason}, reason_message(reason))
    if selector == _PANIC:
        (code,) = _decoded(["uint256"], body)
        return ContractReverted("Panic", {"code": code}, panic_message(code))
    entry = _errors()[selector]
    types = [parameter["type"] for parameter in entry["inputs"]]
    values = (_plain(*pair) for pair in zip(types, _decoded(types, body), strict=True))
    names = (parameter["name"] for parameter in entry["inputs"])
    arguments = dict(zip(names, values, strict=True))
    return ContractReverted(entry["name"], arguments, error_message(entry["name"], arguments))


def _decoded(types: list[str], body: bytes) -> tuple[Any, ...]:
    """Decode values without checking the padding of words, as the EVM does.

    Solidity before 0.8 leaves dirty memory there. Real USDC does so for an authorization by a
    payer with too little USDC.
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
    """Yield the exception and those that it wraps; Ape keeps them in `base_err`."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        cause = pending.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        pending += [getattr(cause, "base_err", None), cause.__cause__, cause.__context__]


def _contracts_refusal(error: BaseException) -> ContractReverted | None:
    found = getattr(error, "data", None)
    data = bytes(found) if isinstance(found, bytes) else _data(list(_texts(found)))
    if data is not None:
        return from_data(data)
    answered = _rpc_error(error)
    refused = None if answered is None else refusal(answered)
    return refused if isinstance(refused, ContractReverted) else None


def _rpc_error(error: BaseException) -> object:
    """Return the JSON-RPC error that an exception was built from."""
    answer = getattr(error, "rpc_response", None)
    if isinstance(answer, dict):
        return answer.get("error")
    return error.args[0] if error.args and isinstance(error.args[0], dict) else None


def _texts(error: object, depth: int = 0) -> Iterator[str]:
    """Yield the texts of an error, starting with those of its data."""
    if isinstance(error, str):
        yield error
    elif isinstance(error, dict) and depth < _DEEPEST:
        for name in sorted(error, key=lambda name: name != "data"):
            yield from _texts(error[name], depth + 1)
    elif isinstance(error, list) and depth < _DEEPEST:
        for each in error:
            yield from _texts(each, depth + 1)


def _data(texts: list[str]) -> bytes | None:
    """Find revert data in texts; known selectors come first."""
    found = [bytes.fromhex(data) for text in texts for data in _DATA.findall(text)]
    known = (data for data in found if data[:4] in _errors() or data[:4] in (_ERROR, _PANIC))
    return next(known, None) or next(filter(None, found), b"" if found else None)


def _reverted_for(reason: re.Match[str] | None) -> ContractReverted:
    if reason is None:
        return from_data(b"")
    return ContractReverted("Error", {"reason": reason[1]}, reason_message(reason[1]))


def _other_error(error: BaseException) -> AgentEscrowError | None:
    if isinstance(error, ContractLogicError):
        return from_data(b"")
    if isinstance(error, Web3RPCError):
        return refusal(_rpc_error(error) or str(error.message or error))
    if isinstance(error, requests.RequestException):
        return NodeUnreachable("the node does not answer: check the RPC address and the network")
    if isinstance(error, Web3Exception):
        return NodeRefused(f"the node's answer is malformed: {node_message(str(error))}")
    if any(sign in str(error).lower() for sign in _NO_GAS_MONEY):
        return InsufficientFunds("ETH", "the sender", "cannot pay for the gas")
    return None
