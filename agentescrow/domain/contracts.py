"""Contracts of a deployment: the one list that every part of the package goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from agentescrow.domain.actions import ActionTable
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.stakes.actions import STAKE_ACTIONS


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract.

    Attributes:
        name: Name in Solidity, and of its ABI.
        key: Name in records, in `Deployment` and in `Contracts`.
        is_ours: Whether `ape run deploy` creates it; the others exist on the chain before.
        holds_money: Whether it owes USDC, so that its books are compared with its balance.
        locks_stake: Whether StakeRegistry's constructor makes it a market (STAKE-9).
        knows: Keys of the contracts whose addresses its constructor puts into its code.
        actions: Actions that the relayer sends to it; None for no action.
        former_key: Key in records of version 0.1.
    """

    name: str
    key: str
    is_ours: bool = True
    holds_money: bool = False
    locks_stake: bool = False
    knows: tuple[str, ...] = ()
    actions: ActionTable[Any] | None = None
    former_key: str = ""


_EVERYWHERE: Final = ("usdc", "identity", "forwarder")

RUN_ESCROW: Final = Contract(
    "RunEscrow",
    "runs",
    holds_money=True,
    locks_stake=True,
    knows=(*_EVERYWHERE, "registry"),
    actions=RUN_ACTIONS,
    former_key="escrow",
)
STAKE_REGISTRY: Final = Contract(
    "StakeRegistry",
    "registry",
    holds_money=True,
    knows=(*_EVERYWHERE, "runs"),
    actions=STAKE_ACTIONS,
)
IDENTITY_REGISTRY: Final = Contract("IdentityRegistry", "identity", is_ours=False)
CONTRACTS: Final = (
    Contract("Usdc", "usdc", is_ours=False),
    IDENTITY_REGISTRY,
    Contract("Forwarder", "forwarder"),
    STAKE_REGISTRY,
    RUN_ESCROW,
)
"""In the order of deployment: constructors refer to contracts that come before their own."""

OURS: Final = tuple(contract for contract in CONTRACTS if contract.is_ours)
VAULTS: Final = tuple(contract for contract in CONTRACTS if contract.holds_money)
INDEXED: Final = (*VAULTS, IDENTITY_REGISTRY)
"""Contracts whose events the index follows."""

RELAYED: Final = {c.name: c.actions for c in CONTRACTS if c.actions is not None}
