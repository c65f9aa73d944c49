"""The events that the contracts emit, one frozen dataclass each.

Fields are the ABI's parameters in their order, in snake case; a Python keyword gets an underscore
(`from_`). Amounts are base units of USDC (6 decimals), times unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from agentescrow.chain.events.escrow import (
    FeesSwept,
    Paused,
    RevisionRequested,
    RunAbandoned,
    RunApproved,
    RunCancelled,
    RunClaimed,
    RunCreated,
    RunFunded,
    RunRejected,
    RunSlashed,
    RunStarted,
    TreasurySet,
    Unpaused,
    WorkSubmitted,
)
from agentescrow.chain.events.event import Event, OtherEvent
from agentescrow.chain.events.outside import (
    AgentApproval,
    AgentApprovalForAll,
    AgentTransfer,
    ExecutedForwardRequest,
    MetadataSet,
    Registered,
    UriUpdated,
    UsdcApproval,
    UsdcTransfer,
)
from agentescrow.chain.events.registry import (
    MarketAdded,
    MarketAllowed,
    MarketRetired,
    Staked,
    StakeLocked,
    StakeReleased,
    StakeSlashed,
    Unstaked,
)
from agentescrow.chain.events.vault import (
    Credited,
    CreditWithdrawn,
    OwnershipTransferred,
    OwnershipTransferStarted,
)

__all__ = [
    "TYPES",
    "AgentApproval",
    "AgentApprovalForAll",
    "AgentTransfer",
    "CreditWithdrawn",
    "Credited",
    "Event",
    "ExecutedForwardRequest",
    "FeesSwept",
    "MarketAdded",
    "MarketAllowed",
    "MarketRetired",
    "MetadataSet",
    "OtherEvent",
    "OwnershipTransferStarted",
    "OwnershipTransferred",
    "Paused",
    "Registered",
    "RevisionRequested",
    "RunAbandoned",
    "RunApproved",
    "RunCancelled",
    "RunClaimed",
    "RunCreated",
    "RunFunded",
    "RunRejected",
    "RunSlashed",
    "RunStarted",
    "StakeLocked",
    "StakeReleased",
    "StakeSlashed",
    "Staked",
    "TreasurySet",
    "Unpaused",
    "Unstaked",
    "UriUpdated",
    "UsdcApproval",
    "UsdcTransfer",
    "WorkSubmitted",
]

_VAULT = (Credited, CreditWithdrawn, OwnershipTransferStarted, OwnershipTransferred)
_ESCROW = (
    RunCreated,
    RunFunded,
    RunClaimed,
    RunStarted,
    WorkSubmitted,
    RevisionRequested,
    RunApproved,
    RunRejected,
    RunCancelled,
    RunAbandoned,
    RunSlashed,
    FeesSwept,
    TreasurySet,
    Paused,
    Unpaused,
    *_VAULT,
)
_REGISTRY = (
    Staked,
    Unstaked,
    StakeLocked,
    StakeReleased,
    StakeSlashed,
    MarketAdded,
    MarketRetired,
    MarketAllowed,
    *_VAULT,
)

TYPES: Mapping[str, Mapping[str, type[Event]]] = {
    "RunEscrow": {kind.__name__: kind for kind in _ESCROW},
    "StakeRegistry": {kind.__name__: kind for kind in _REGISTRY},
    "Forwarder": {"ExecutedForwardRequest": ExecutedForwardRequest},
    "IdentityRegistry": {
        "Registered": Registered,
        "URIUpdated": UriUpdated,
        "MetadataSet": MetadataSet,
        "Transfer": AgentTransfer,
        "Approval": AgentApproval,
        "ApprovalForAll": AgentApprovalForAll,
    },
    "Usdc": {"Transfer": UsdcTransfer, "Approval": UsdcApproval},
}
"""The class of an event by its contract's and its own name."""
