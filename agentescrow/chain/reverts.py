"""Refusals, however nodes say and libraries wrap them, to errors of this package with a sentence.

Every client of Ethereum says a revert in its own form, and gateways take parts of it away.
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
_REVERT_CODES: Final = (3, -32015)  # of geth and all that follow it, of Nethermind
_BUSY_CODES: Final = (-32005, 429)  # EIP-1474's "limit exceeded", and that of HTTP
_DATA: Final = re.compile(r"(?<![0-9a-zA-Z])0x((?:[0-9a-fA-F]{8}(?:[0-9a-fA-F]{64})*)?)(?!\w)")
"""Nothing, or a selector and words."""

_REASON: Final = re.compile(r"reverted(?:: | with reason string ')(.+?)'?$", re.DOTALL)
_LONGEST: Final = 300  # characters of a node's words
_DEEPEST: Final = 5  # how far into an error its data is looked for


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


def refusal(error: object) -> AgentEscrowError:
    """Find out what the error of a JSON-RPC answer means, in whatever form it comes.

    Args:
        error: As the node says it: as a rule an object with code, message and data.

    Returns:
        The contract's refusal, or the node's, for the caller to raise.
    """
    code = error.get("code") if isinstance(error, dict) else None
    texts = list(_texts(error))
    said = any("revert" in text.lower() for text in texts) or code in _REVERT_CODES
    words = words_of(error)
    data = _data(texts)
    if data and (said or data[:4] in _errors()):
        return from_data(data)
    if any(sign in words.lower() for sign in _NO_GAS_MONEY) and "revert" not in words.lower():
        return InsufficientFunds("ETH", "the sender", "cannot pay for the gas")
    if said:
        return _reverted_for(_REASON.search(words))
    kind = NodeBusy if code in _BUSY_CODES else NodeRefused
    return kind(f"the node refused: {words}")


def words_of(error: object) -> str:
    """What a node says, as one line that is not too long.

    Args:
        error: Of a JSON-RPC answer, or a text.
    """
    said = error.get("message") if isinstance(error, dict) else error
    words = " ".join(str(said or "no reason given").split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def translate(error: BaseException) -> AgentEscrowError | None:
    """Find out what an exception of web3 or Ape, or of the HTTP client below it, means.

    Returns:
        The error of this package, for the caller to raise, or None if it is nothing of the chain.
    """
    if isinstance(error, AgentEscrowError):
        return error
    chain = list(_causes(error))
    refused = (_contracts_refusal(cause) for cause in chain)
    others = (_other_meaning(cause) for cause in chain)
    return next(filter(None, refused), None) or next(filter(None, others), None)


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


def _contracts_refusal(error: BaseException) -> ContractReverted | None:
    found = getattr(error, "data", None)
    data = bytes(found) if isinstance(found, bytes) else _data(list(_texts(found)))
    if data is not None:
        return from_data(data)
    answered = _rpc_error(error)
    meaning = None if answered is None else refusal(answered)
    return meaning if isinstance(meaning, ContractReverted) else None


def _rpc_error(error: BaseException) -> object:
    """The error of the JSON-RPC answer that an exception was made of."""
    answer = getattr(error, "rpc_response", None)
    if isinstance(answer, dict):
        return answer.get("error")
    return error.args[0] if error.args and isinstance(error.args[0], dict) else None


def _texts(error: object, depth: int = 0) -> Iterator[str]:
    """All texts of an error, those of its data first."""
    if isinstance(error, str):
        yield error
    elif isinstance(error, dict) and depth < _DEEPEST:
        for name in sorted(error, key=lambda name: name != "data"):
            yield from _texts(error[name], depth + 1)
    elif isinstance(error, list) and depth < _DEEPEST:
        for each in error:
            yield from _texts(each, depth + 1)


def _data(texts: list[str]) -> bytes | None:
    """The first that can be the data of a revert; what our ABIs know comes before the rest."""
    found = [bytes.fromhex(data) for text in texts for data in _DATA.findall(text)]
    known = (data for data in found if data[:4] in _errors() or data[:4] in (_ERROR, _PANIC))
    return next(known, None) or next(filter(None, found), b"" if found else None)


def _reverted_for(reason: re.Match[str] | None) -> ContractReverted:
    if reason is None:
        return from_data(b"")
    return ContractReverted("Error", {"reason": reason[1]}, reason_message(reason[1]))


def _other_meaning(error: BaseException) -> AgentEscrowError | None:
    if isinstance(error, ContractLogicError):
        return from_data(b"")
    if isinstance(error, Web3RPCError):
        return refusal(_rpc_error(error) or str(error.message or error))
    if isinstance(error, requests.RequestException):
        return NodeUnreachable("the node does not answer: check the RPC address and the network")
    if isinstance(error, Web3Exception):
        return NodeRefused(f"the node's answer makes no sense: {words_of(str(error))}")
    if any(sign in str(error).lower() for sign in _NO_GAS_MONEY):
        return InsufficientFunds("ETH", "the sender", "cannot pay for the gas")
    return None
