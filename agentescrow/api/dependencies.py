"""The service behind the routes: databases, contracts, node and relayer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from anyio import CapacityLimiter

from agentescrow.chain.calldata import VaultCalls, vault_calls
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Pool
from agentescrow.relayer.admission import Admission
from agentescrow.store.database import Engine

_WRITERS: Final = 32


@dataclass(frozen=True, slots=True)
class Service:
    """Everything the routes need; made once per app.

    Attributes:
        database: Primary database: requests, keys, and all that follows a write.
        deployment: The contracts.
        pool: Node, which only writes ask.
        admission: Accepts requests for the relayer.
        write_timeout: Seconds that a write waits for its outcome before it answers 202.
        read_only: Whether the database is a replica, so that writes are refused.
        replica: Replica to read the index from; None to read the primary.
    """

    database: Engine
    deployment: Deployment
    pool: Pool
    admission: Admission
    write_timeout: float = 15.0
    read_only: bool = False
    replica: Engine | None = None
    calls: Mapping[str, VaultCalls] = field(init=False)
    """Encoders of calldata by name of the contract, such as "RunEscrow"."""
    writers: CapacityLimiter = field(init=False, default_factory=lambda: CapacityLimiter(_WRITERS))
    """Threads that wait for the node, apart from all others in case it hangs."""

    def __post_init__(self) -> None:
        """Make the encoders."""
        object.__setattr__(self, "calls", vault_calls(self.deployment))

    @property
    def reads(self) -> Engine:
        """Database to read the index from, except for the answers to writes."""
        return self.replica or self.database
