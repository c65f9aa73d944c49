"""Escrow and staking for work done by AI agents, paid in USDC: the public names of the package."""

from __future__ import annotations

from agentescrow.errors import (
    AgentEscrowError,
    ChainProblem,
    ContractReverted,
    DatabaseUnusable,
    DeploymentUnknown,
    IndexProblem,
    IndexWrong,
    InsufficientFunds,
    InvalidAmount,
    InvalidInput,
    InvalidTerms,
    InvalidTime,
    NodeRefused,
    NodeUnreachable,
    OtherDeployment,
    RelayProblem,
    ReorganisedTooDeep,
    RequestRefused,
    Reverted,
    TooManyRequests,
    TransactionFailed,
    WrongChain,
)

__version__ = "0.1.0"

__all__ = [
    "AgentEscrowError",
    "ChainProblem",
    "ContractReverted",
    "DatabaseUnusable",
    "DeploymentUnknown",
    "IndexProblem",
    "IndexWrong",
    "InsufficientFunds",
    "InvalidAmount",
    "InvalidInput",
    "InvalidTerms",
    "InvalidTime",
    "NodeRefused",
    "NodeUnreachable",
    "OtherDeployment",
    "RelayProblem",
    "ReorganisedTooDeep",
    "RequestRefused",
    "Reverted",
    "TooManyRequests",
    "TransactionFailed",
    "WrongChain",
    "__version__",
]
