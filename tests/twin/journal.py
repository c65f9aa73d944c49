"""The events of both contracts, by name and fields, and how the twins record them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from agentescrow.errors import Reverted

# Event name -> field names, both as in the contracts' interfaces.
EVENTS: Final[dict[str, tuple[str, ...]]] = {
    # OpenZeppelin
    "OwnershipTransferStarted": ("previousOwner", "newOwner"),
    "OwnershipTransferred": ("previousOwner", "newOwner"),
    "Paused": ("account",),
    "Unpaused": ("account",),
    # both contracts (UsdcVault)
    "Credited": ("account", "amount"),
    "CreditWithdrawn": ("account", "to", "amount"),
    # StakeRegistry
    "Staked": ("agentId", "from", "amount"),
    "Unstaked": ("agentId", "to", "amount"),
    "StakeLocked": ("agentId", "market", "amount", "minStatus"),
    "StakeReleased": ("agentId", "market", "amount", "outcome"),
    "StakeSlashed": (
        "agentId",
        "market",
        "beneficiary",
        "amount",
        "penalty",
        "strike",
        "strikes",
    ),
    "MarketAdded": ("market",),
    "MarketRetired": ("market",),
    "MarketAllowed": ("agentId", "market", "cap"),
    # RunEscrow
    "RunCreated": (
        "runId",
        "poster",
        "reward",
        "fee",
        "deadline",
        "reviewDays",
        "maxRevisions",
        "minStatus",
        "ipfsHash",
    ),
    "RunFunded": ("runId", "amount"),
    "RunClaimed": ("runId", "agentId", "wallet", "stake", "dueAt"),
    "RunStarted": ("runId",),
    "WorkSubmitted": ("runId", "deliverableURI", "reviewEndsAt"),
    "RevisionRequested": ("runId", "revision", "dueAt", "feedback"),
    "RunApproved": ("runId", "agentId", "wallet", "reward", "fee", "silent"),
    "RunRejected": ("runId", "agentId", "refund", "reason"),
    "RunCancelled": ("runId", "refund"),
    "RunAbandoned": ("runId", "agentId"),
    "RunSlashed": ("runId", "agentId", "refund", "compensation"),
    "FeesSwept": ("treasury", "amount"),
    "TreasurySet": ("treasury",),
}


class Event(NamedTuple):
    """One log of one of the contracts.

    Args:
        address: The contract that emitted it.
        name: A key of `EVENTS`.
        values: Its fields, in their order.
    """

    address: str
    name: str
    values: tuple[object, ...]


class Journal(list[Event]):
    """The events of both twins in the order of their emission."""

    def record(self, address: str, name: str, *values: object) -> None:
        """Add an event.

        Args:
            address: The contract that emits it.
            name: A key of `EVENTS`.
            values: As many as the event has fields, in their order.

        Raises:
            KeyError: No contract declares that event.
            ValueError: Wrong number of values.
        """
        if len(values) != len(EVENTS[name]):
            raise ValueError(f"{name} has the fields {', '.join(EVENTS[name])}, got {values}")
        self.append(Event(address, name, values))

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Forget what was recorded inside where it is refused, as a revert does."""
        length = len(self)
        try:
            yield
        except Reverted:
            del self[length:]
            raise
