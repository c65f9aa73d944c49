"""Which functions are called through the relayer: a run's, an agent's stake, and what pays them."""

from __future__ import annotations

from functools import cache
from typing import Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_abi_to_4byte_selector

from agentescrow.chain.abis import entries
from agentescrow.errors import RequestRefused

_BATCH: Final = "multicall"
_CALLED: Final = {
    "RunEscrow": frozenset(
        [
            "createRun",
            "postRun",
            "postRunWithAuthorization",
            "fundRun",
            "claimRun",
            "startRun",
            "submitWork",
            "abandonRun",
            "approve",
            "requestRevision",
            "reject",
            "slash",
            "cancelRun",
            "finalize",
            "selfPermit",
            "withdrawCredit",
        ]
    ),
    "StakeRegistry": frozenset(
        [
            "stake",
            "stakeWithAuthorization",
            "unstake",
            "allowMarket",
            "selfPermit",
            "withdrawCredit",
        ]
    ),
}


def require_called(contract: str, data: bytes) -> None:
    """Refuse calls of other functions, in a batch of calls too.

    Args:
        contract: "RunEscrow" or "StakeRegistry".
        data: The call, encoded.

    Raises:
        RequestRefused: It is of a function that the relayer does not pay for.
    """
    if _function(contract, data) != _BATCH:
        _require(contract, data)
        return
    try:
        (calls,) = decode(["bytes[]"], data[4:])
    except DecodingError:
        raise RequestRefused(f"the calls of the {_BATCH} are not encoded as bytes[]") from None
    for call in calls:
        _require(contract, call)


def _require(contract: str, data: bytes) -> None:
    name = _function(contract, data)
    if name not in _CALLED[contract]:
        called = name or f"0x{data[:4].hex()}"
        allowed = ", ".join(sorted(_CALLED[contract]))
        raise RequestRefused(f"{called} of {contract} is not relayed: {allowed} are")


def _function(contract: str, data: bytes) -> str | None:
    return _names(contract).get(data[:4])


@cache
def _names(contract: str) -> dict[bytes, str]:
    found = entries(contract, "function")
    return {function_abi_to_4byte_selector(entry): entry["name"] for entry in found}  # type: ignore[arg-type]
