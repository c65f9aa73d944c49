"""What the routes work with: the index, the relayer, the contracts' calldata."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from anyio import CapacityLimiter

from agentescrow.chain.calldata import Calls, StakeCalls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Pool
from agentescrow.relayer.admission import Admission
from agentescrow.store.database import Engine

_WRITERS: Final = 32


@dataclass(frozen=True, slots=True)
class Service:
    """Bound once, when the app is made.

    Args:
        database: The primary: what is written, and all that follows a write.
        deployment: The contracts.
        pool: The node; asked by writes alone.
        admission: The relayer's door.
        calls: Encodes calls of RunEscrow.
        patience: Seconds that a write waits for its outcome before it answers 202.
        read_only: Whether the database is a replica, so that no write can be taken.
        replica: Where else the index is read; None for the primary.
    """

    database: Engine
    deployment: Deployment
    pool: Pool
    admission: Admission
    calls: Calls
    patience: float = 15.0
    read_only: bool = False
    replica: Engine | None = None
    stake_calls: StakeCalls = field(init=False)
    """Encodes calls of StakeRegistry."""
    writers: CapacityLimiter = field(init=False, default_factory=lambda: CapacityLimiter(_WRITERS))
    """Threads that ask the node: should it hang, they do, and all others go on."""

    def __post_init__(self) -> None:
        """Bind what follows from the rest."""
        object.__setattr__(self, "stake_calls", StakeCalls(self.deployment.registry))

    @property
    def reads(self) -> Engine:
        """Where the index is read, but for answers to writes."""
        return self.replica or self.database
