"""What the forwarder, the identity registry and USDC say."""

from __future__ import annotations

from dataclasses import dataclass

from agentescrow.chain.events.event import Event

# Forwarder


@dataclass(frozen=True, slots=True)
class ExecutedForwardRequest(Event):
    """A relayed request ran."""

    signer: str
    nonce: int
    success: bool


# IdentityRegistry


@dataclass(frozen=True, slots=True)
class Registered(Event):
    """A new agent."""

    agent_id: int
    agent_uri: str
    owner: str


@dataclass(frozen=True, slots=True)
class UriUpdated(Event):
    """The agent's registration file moved."""

    agent_id: int
    new_uri: str
    updated_by: str


@dataclass(frozen=True, slots=True)
class MetadataSet(Event):
    """A metadata entry of the agent was written; its wallet is the entry "agentWallet"."""

    agent_id: int
    indexed_metadata_key: bytes
    metadata_key: str
    metadata_value: bytes


@dataclass(frozen=True, slots=True)
class AgentTransfer(Event):
    """The agent's NFT moved (ERC-721 Transfer)."""

    from_: str
    to: str
    token_id: int


@dataclass(frozen=True, slots=True)
class AgentApproval(Event):
    """`approved` may act for the agent (ERC-721 Approval)."""

    owner: str
    approved: str
    token_id: int


@dataclass(frozen=True, slots=True)
class AgentApprovalForAll(Event):
    """`operator` may act for all agents of `owner`, or no longer (ERC-721 ApprovalForAll)."""

    owner: str
    operator: str
    approved: bool


# USDC


@dataclass(frozen=True, slots=True)
class UsdcTransfer(Event):
    """USDC moved (ERC-20 Transfer)."""

    from_: str
    to: str
    value: int


@dataclass(frozen=True, slots=True)
class UsdcApproval(Event):
    """`spender` may pull `value` from `owner` (ERC-20 Approval)."""

    owner: str
    spender: str
    value: int
