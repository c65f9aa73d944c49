"""What both of our contracts say."""

from __future__ import annotations

from dataclasses import dataclass

from agentescrow.chain.events.event import Event


@dataclass(frozen=True, slots=True)
class Credited(Event):
    """USDC refused a payout to `account`, which may withdraw it."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class CreditWithdrawn(Event):
    """`account` withdrew its credit to `to`."""

    account: str
    to: str
    amount: int


@dataclass(frozen=True, slots=True)
class OwnershipTransferStarted(Event):
    """`new_owner` may accept the ownership."""

    previous_owner: str
    new_owner: str


@dataclass(frozen=True, slots=True)
class OwnershipTransferred(Event):
    """`new_owner` owns the contract."""

    previous_owner: str
    new_owner: str
