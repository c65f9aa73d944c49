"""The one table of errors and their numeric codes, for the API and for the SDK (API-3, API-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agentescrow.domain.runs.eligibility import Ineligibility
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
"""The first class that fits decides; a contract's own errors are told apart by `REVERTS`."""

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
"""Statuses of the contracts' errors; all others are 400."""

_REASONS: Final[Mapping[str, str]] = {
    "ERC20: transfer amount exceeds balance": InsufficientFunds.code,
}
"""Names of what USDC refuses with a text; all others are "Error"."""

_NOT_FOUND: Final = Ineligibility.AGENT_UNKNOWN
_NOT_NOW: Final = Ineligibility.RUN_NOT_OPEN | Ineligibility.DEADLINE_PASSED | Ineligibility.PAUSED


def status_of(error: AgentEscrowError) -> int:
    """The HTTP status of an error of this package."""
    if isinstance(error, ContractReverted) and error.name in REVERTS:
        return REVERTS[error.name]
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def name_of(error: AgentEscrowError) -> str:
    """The stable name of an error: of a revert the contract's own, of all others their code."""
    if isinstance(error, ContractReverted):
        return _REASONS.get(str(error.arguments.get("reason")), error.name)
    return str(error.code)


def status_of_claim(bits: Ineligibility) -> int:
    """What the reasons against a claim amount to: 404, else 400, else 403.

    Args:
        bits: At least one.
    """
    return 404 if bits & _NOT_FOUND else 400 if bits & _NOT_NOW else 403
