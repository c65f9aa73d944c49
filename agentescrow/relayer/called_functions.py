"""Which functions a call makes: one, or those of a batch."""

from __future__ import annotations

from functools import cache
from typing import Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_abi_to_4byte_selector

from agentescrow.chain.abis import entries
from agentescrow.errors import RequestRefused
from agentescrow.relayer.lanes import RULES

_BATCH: Final = "multicall"
_FIRST_WORD: Final = slice(4, 36)


def relayed_functions(contract: str, data: bytes) -> tuple[str, ...]:
    """Name the functions of a call, and refuse one of others than the relayer pays for.

    Args:
        contract: "RunEscrow" or "StakeRegistry".
        data: The call, encoded.

    Raises:
        RequestRefused: It is of a function that the relayer does not pay for, or a batch of none.
    """
    return tuple(_relayed(contract, call) for call in _calls(contract, data))


def run_of(contract: str, data: bytes) -> int | None:
    """The number of the run that a call moves, None where it moves none that is there.

    Args:
        contract: "RunEscrow" or "StakeRegistry".
        data: The call, encoded; of a batch the last call, which the others are for.

    Raises:
        RequestRefused: It is a batch of nothing.
    """
    call = _calls(contract, data)[-1]
    if call[:4] not in _of_runs(contract) or len(call) < _FIRST_WORD.stop:
        return None
    return int.from_bytes(call[_FIRST_WORD], "big")


def _calls(contract: str, data: bytes) -> list[bytes]:
    if _function(contract, data) != _BATCH:
        return [data]
    try:
        (calls,) = decode(["bytes[]"], data[4:])
    except DecodingError:
        raise RequestRefused(f"the calls of the {_BATCH} are not encoded as bytes[]") from None
    if not calls:
        raise RequestRefused(f"the {_BATCH} calls nothing")
    return list(calls)


def _relayed(contract: str, data: bytes) -> str:
    name = _function(contract, data)
    if name is None or name not in RULES[contract]:
        called = name or f"0x{data[:4].hex()}"
        allowed = ", ".join(sorted(RULES[contract]))
        raise RequestRefused(f"{called} of {contract} is not relayed: {allowed} are")
    return name


def _function(contract: str, data: bytes) -> str | None:
    return _names(contract).get(data[:4])


@cache
def _names(contract: str) -> dict[bytes, str]:
    found = entries(contract, "function")
    return {function_abi_to_4byte_selector(entry): entry["name"] for entry in found}  # type: ignore[arg-type]


@cache
def _of_runs(contract: str) -> frozenset[bytes]:
    """The selectors of functions whose first argument is a run."""
    found = entries(contract, "function")
    return frozenset(
        function_abi_to_4byte_selector(entry)  # type: ignore[arg-type]
        for entry in found
        if entry["inputs"] and entry["inputs"][0]["name"] == "runId"
    )
