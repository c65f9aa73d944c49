"""Events of the contracts, one frozen dataclass each.

Generated from the compiled contracts by `python -m tools.generate`; do not edit.

Fields are the ABI's parameters in order, in snake case; a Python keyword gets an underscore
(`from_`). Amounts are base units of USDC (6 decimals), times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Event:
    """Event of a contract."""


# RunEscrow and StakeRegistry


@dataclass(frozen=True, slots=True)
class CreditWithdrawn(Event):
    """`account` withdrew its credit to `to`.

    Attributes:
        amount: Base units.
    """

    account: str
    to: str
    amount: int


@dataclass(frozen=True, slots=True)
class Credited(Event):
    """USDC refused a payout to `account`, which can withdraw it later (RUN-16).

    Attributes:
        amount: Credited amount, in base units.
    """

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class OwnershipTransferStarted(Event):
    """`new_owner` was offered the ownership and can accept it."""

    previous_owner: str
    new_owner: str


@dataclass(frozen=True, slots=True)
class OwnershipTransferred(Event):
    """`new_owner` owns the contract."""

    previous_owner: str
    new_owner: str


# RunEscrow


@dataclass(frozen=True, slots=True)
class FeesSwept(Event):
    """Accrued fees were sent to the treasury."""

    treasury: str
    amount: int


@dataclass(frozen=True, slots=True)
class Paused(Event):
    """The contract was paused: new runs, funding and claims are stopped."""

    account: str


@dataclass(frozen=True, slots=True)
class RevisionRequested(Event):
    """The poster requested a revision.

    Attributes:
        revision: Number of the revision, from 1.
        due_at: Unix second from which the agent can be slashed.
    """

    run_id: int
    revision: int
    due_at: int
    feedback: str


@dataclass(frozen=True, slots=True)
class RunAbandoned(Event):
    """The agent gave the run back; it is open to claims again."""

    run_id: int
    agent_id: int


@dataclass(frozen=True, slots=True)
class RunApproved(Event):
    """The work was approved: the agent receives `reward`, the platform `fee`.

    Attributes:
        silent: Whether the review window ended without a decision of the poster.
    """

    run_id: int
    agent_id: int
    wallet: str
    reward: int
    fee: int
    silent: bool


@dataclass(frozen=True, slots=True)
class RunCancelled(Event):
    """The run was cancelled; the poster receives `refund`."""

    run_id: int
    refund: int


@dataclass(frozen=True, slots=True)
class RunClaimed(Event):
    """An agent claimed the run.

    Attributes:
        wallet: Account that receives the reward.
        stake: Part of the agent's stake that the claim locks, in base units.
        due_at: Unix second from which the agent can be slashed.
    """

    run_id: int
    agent_id: int
    wallet: str
    stake: int
    due_at: int


@dataclass(frozen=True, slots=True)
class RunCreated(Event):
    """A run was created.

    It is unfunded unless RunFunded follows.

    Attributes:
        reward: Payment to the agent on approval, in base units.
        fee: Platform fee on top of the reward, in base units.
        deadline: Unix second from which the run can no longer be claimed.
        min_status: Minimum status of the agent, as a number of AgentStatus.
        ipfs_hash: URI of the description.
    """

    run_id: int
    poster: str
    reward: int
    fee: int
    deadline: int
    review_days: int
    max_revisions: int
    min_status: int
    ipfs_hash: str


@dataclass(frozen=True, slots=True)
class RunFunded(Event):
    """Reward and fee were escrowed.

    Attributes:
        amount: Reward and fee, in base units.
    """

    run_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class RunRejected(Event):
    """The poster rejected the work and receives `refund`."""

    run_id: int
    agent_id: int
    refund: int
    reason: str


@dataclass(frozen=True, slots=True)
class RunSlashed(Event):
    """The overdue agent was slashed.

    Attributes:
        refund: Reward and fee, returned to the poster, in base units.
        compensation: Payment to the poster from the agent's stake, in base units.
    """

    run_id: int
    agent_id: int
    refund: int
    compensation: int


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The agent started work."""

    run_id: int


@dataclass(frozen=True, slots=True)
class TreasurySet(Event):
    """`treasury` receives the fees from now on."""

    treasury: str


@dataclass(frozen=True, slots=True)
class Unpaused(Event):
    """The contract was unpaused."""

    account: str


@dataclass(frozen=True, slots=True)
class WorkSubmitted(Event):
    """The agent submitted work.

    Attributes:
        review_ends_at: Unix second at which the review window ends.
    """

    run_id: int
    deliverable_uri: str
    review_ends_at: int


# StakeRegistry


@dataclass(frozen=True, slots=True)
class MarketAdded(Event):
    """`market` became a market.

    If it was added after deployment, it can lock only what agents allow.
    """

    market: str


@dataclass(frozen=True, slots=True)
class MarketAllowed(Event):
    """The owner of the agent's NFT allows `market` to hold up to `cap` of the stake locked.

    Attributes:
        cap: Base units.
    """

    agent_id: int
    market: str
    cap: int


@dataclass(frozen=True, slots=True)
class MarketRetired(Event):
    """`market` takes no new claims; if it was added later, it locks nothing more (STAKE-9)."""

    market: str


@dataclass(frozen=True, slots=True)
class StakeLocked(Event):
    """`market` locked `amount` of the agent's stake.

    Attributes:
        min_status: Minimum status of a claim, as a number of AgentStatus; 0 for a bond.
    """

    agent_id: int
    market: str
    amount: int
    min_status: int


@dataclass(frozen=True, slots=True)
class StakeReleased(Event):
    """`market` released `amount` of its lock.

    Attributes:
        outcome: 0 none, 1 completed, 2 rejected.
    """

    agent_id: int
    market: str
    amount: int
    outcome: int


@dataclass(frozen=True, slots=True)
class StakeSlashed(Event):
    """`market` slashed the agent.

    Attributes:
        beneficiary: Receiver of the penalty.
        amount: Part of the lock that was ended, in base units.
        penalty: Part of `amount` that was paid to the beneficiary; the rest is available again.
        strike: Whether the slash counts as a strike and freezes the agent.
        strikes: Strikes of the agent after this slash.
    """

    agent_id: int
    market: str
    beneficiary: str
    amount: int
    penalty: int
    strike: bool
    strikes: int


@dataclass(frozen=True, slots=True)
class Staked(Event):
    """`from_` staked `amount` for the agent.

    Attributes:
        amount: Base units.
    """

    agent_id: int
    from_: str
    amount: int


@dataclass(frozen=True, slots=True)
class Unstaked(Event):
    """`amount` of the agent's stake was withdrawn to `to`.

    Attributes:
        amount: Base units.
    """

    agent_id: int
    to: str
    amount: int


# Forwarder


@dataclass(frozen=True, slots=True)
class ExecutedForwardRequest(Event):
    """A relayed request was executed; `success` says whether its call succeeded."""

    signer: str
    nonce: int
    success: bool


# IdentityRegistry


@dataclass(frozen=True, slots=True)
class AgentApproval(Event):
    """`approved` may act for an agent (ERC-721 Approval)."""

    owner: str
    approved: str
    token_id: int


@dataclass(frozen=True, slots=True)
class AgentApprovalForAll(Event):
    """`operator` may or may no longer act for all agents of `owner` (ERC-721)."""

    owner: str
    operator: str
    approved: bool


@dataclass(frozen=True, slots=True)
class AgentTransfer(Event):
    """An agent's NFT was transferred (ERC-721 Transfer)."""

    from_: str
    to: str
    token_id: int


@dataclass(frozen=True, slots=True)
class MetadataSet(Event):
    """A metadata entry of an agent was written; the key "agentWallet" holds its wallet."""

    agent_id: int
    indexed_metadata_key: bytes
    metadata_key: str
    metadata_value: bytes


@dataclass(frozen=True, slots=True)
class Registered(Event):
    """An agent was registered."""

    agent_id: int
    agent_uri: str
    owner: str


@dataclass(frozen=True, slots=True)
class UriUpdated(Event):
    """The URI of an agent's registration file changed."""

    agent_id: int
    new_uri: str
    updated_by: str


# Usdc


@dataclass(frozen=True, slots=True)
class UsdcApproval(Event):
    """`spender` may spend `value` of `owner` (ERC-20 Approval)."""

    owner: str
    spender: str
    value: int


@dataclass(frozen=True, slots=True)
class UsdcTransfer(Event):
    """USDC was transferred (ERC-20 Transfer)."""

    from_: str
    to: str
    value: int


TYPES: Final[Mapping[str, Mapping[str, type[Event]]]] = {
    "RunEscrow": {
        "CreditWithdrawn": CreditWithdrawn,
        "Credited": Credited,
        "FeesSwept": FeesSwept,
        "OwnershipTransferStarted": OwnershipTransferStarted,
        "OwnershipTransferred": OwnershipTransferred,
        "Paused": Paused,
        "RevisionRequested": RevisionRequested,
        "RunAbandoned": RunAbandoned,
        "RunApproved": RunApproved,
        "RunCancelled": RunCancelled,
        "RunClaimed": RunClaimed,
        "RunCreated": RunCreated,
        "RunFunded": RunFunded,
        "RunRejected": RunRejected,
        "RunSlashed": RunSlashed,
        "RunStarted": RunStarted,
        "TreasurySet": TreasurySet,
        "Unpaused": Unpaused,
        "WorkSubmitted": WorkSubmitted,
    },
    "StakeRegistry": {
        "CreditWithdrawn": CreditWithdrawn,
        "Credited": Credited,
        "MarketAdded": MarketAdded,
        "MarketAllowed": MarketAllowed,
        "MarketRetired": MarketRetired,
        "OwnershipTransferStarted": OwnershipTransferStarted,
        "OwnershipTransferred": OwnershipTransferred,
        "StakeLocked": StakeLocked,
        "StakeReleased": StakeReleased,
        "StakeSlashed": StakeSlashed,
        "Staked": Staked,
        "Unstaked": Unstaked,
    },
    "Forwarder": {
        "ExecutedForwardRequest": ExecutedForwardRequest,
    },
    "IdentityRegistry": {
        "Approval": AgentApproval,
        "ApprovalForAll": AgentApprovalForAll,
        "MetadataSet": MetadataSet,
        "Registered": Registered,
        "Transfer": AgentTransfer,
        "URIUpdated": UriUpdated,
    },
    "Usdc": {
        "Approval": UsdcApproval,
        "Transfer": UsdcTransfer,
    },
}
"""Class of an event, by the names of its contract and itself."""
