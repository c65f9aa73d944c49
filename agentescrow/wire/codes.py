"""HTTP statuses and stable names of all errors, for the API and the SDK (API-3, API-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agentescrow.errors import (
    AgentEscrowError,
    ApprovalNeeded,
    ChainProblem,
    ContractReverted,
    IndexProblem,
    InsufficientFunds,
    InvalidInput,
    RelayerUnavailable,
    RelayProblem,
    TooManyRequests,
    TransactionFailed,
)

STATUSES: Final[Sequence[tuple[type[AgentEscrowError], int]]] = (
    (InvalidInput, 400),
    (TooManyRequests, 429),
    (RelayerUnavailable, 503),
    (RelayProblem, 400),
    (TransactionFailed, 400),
    (ContractReverted, 400),
    (ApprovalNeeded, 400),
    (ChainProblem, 503),
    (IndexProblem, 503),
)
"""Statuses by class, where the first match counts; `REVERTS` has those of the contracts' errors."""

REVERTS: Final[Mapping[str, int]] = {
    "RunUnknown": 404,
    "AgentUnknown": 404,
    "NotPoster": 403,
    "NotAgent": 403,
    "NotOperator": 403,
    "SelfClaim": 403,
    "StatusTooLow": 403,
    "InsufficientStake": 403,
    "NotMarket": 403,
    "MarketIsRetired": 403,
    "MarketNotAllowed": 403,
    "NotAgentOwner": 403,
}
"""Statuses of the contracts' errors; all others have 400."""

_REASONS: Final[Mapping[str, str]] = {
    "ERC20: transfer amount exceeds balance": InsufficientFunds.code,
}
"""Names of USDC's revert strings; all others are "Error"."""


def status_of(error: AgentEscrowError) -> int:
    """Give the HTTP status of an error."""
    if isinstance(error, ContractReverted) and error.name in REVERTS:
        return REVERTS[error.name]
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def name_of(error: AgentEscrowError) -> str:
    """Give the stable name of an error: for a revert the contract's, otherwise its code."""
    if isinstance(error, ContractReverted):
        return _REASONS.get(str(error.arguments.get("reason")), error.name)
    return str(error.code)
