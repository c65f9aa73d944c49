"""Escrow and staking for work done by AI agents, paid in USDC: the public names of the package."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agentescrow.domain.money import format_usdc, parse_usdc
from agentescrow.errors import (
    AgentEscrowError,
    ApprovalNeeded,
    ChainProblem,
    ContractReverted,
    Contradicted,
    DatabaseUnusable,
    DeploymentDiffers,
    DeploymentUnknown,
    DeploymentUnreadable,
    EventsMissing,
    IndexProblem,
    IndexWrong,
    InsufficientFunds,
    InvalidAmount,
    InvalidInput,
    InvalidTerms,
    InvalidTime,
    KeyShared,
    NodeBehind,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
    OtherChain,
    OtherDeployment,
    Refused,
    RelayerUnavailable,
    RelayProblem,
    ReorganisedTooDeep,
    RequestOutOfOrder,
    RequestRefused,
    Reverted,
    RowsDiffer,
    RunsMissing,
    ServiceProblem,
    ServiceUnreachable,
    StillPending,
    TextTooLong,
    TooExpensive,
    TooManyRequests,
    TransactionFailed,
    UntrustedRequest,
    WrongChain,
)

if TYPE_CHECKING:
    from agentescrow.sdk import AgentClient, AsyncAgentClient

__version__ = "0.1.0"

__all__ = [
    "AgentClient",
    "AgentEscrowError",
    "ApprovalNeeded",
    "AsyncAgentClient",
    "ChainProblem",
    "ContractReverted",
    "Contradicted",
    "DatabaseUnusable",
    "DeploymentDiffers",
    "DeploymentUnknown",
    "DeploymentUnreadable",
    "EventsMissing",
    "IndexProblem",
    "IndexWrong",
    "InsufficientFunds",
    "InvalidAmount",
    "InvalidInput",
    "InvalidTerms",
    "InvalidTime",
    "KeyShared",
    "NodeBehind",
    "NodeBusy",
    "NodeRefused",
    "NodeUnreachable",
    "OtherChain",
    "OtherDeployment",
    "Refused",
    "RelayProblem",
    "RelayerUnavailable",
    "ReorganisedTooDeep",
    "RequestOutOfOrder",
    "RequestRefused",
    "Reverted",
    "RowsDiffer",
    "RunsMissing",
    "ServiceProblem",
    "ServiceUnreachable",
    "StillPending",
    "TextTooLong",
    "TooExpensive",
    "TooManyRequests",
    "TransactionFailed",
    "UntrustedRequest",
    "WrongChain",
    "__version__",
    "format_usdc",
    "parse_usdc",
]


def __getattr__(name: str) -> object:
    """Load the clients when they are asked for: web3 takes a second."""
    if name in ("AgentClient", "AsyncAgentClient"):
        return getattr(import_module("agentescrow.sdk"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
