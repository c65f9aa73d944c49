"""Status and metrics of the relayer, read from the database without asking a node."""

from __future__ import annotations

from typing import Final

from agentescrow.api.dependencies import Service
from agentescrow.api.metrics import (
    RELAYER_BALANCE,
    RELAYER_FAILED,
    RELAYER_LEFT,
    RELAYER_OLDEST,
    RELAYER_PENDING,
    RELAYER_UP,
)
from agentescrow.relayer.budget import GWEI
from agentescrow.relayer.lanes import Lane
from agentescrow.store.database import DatabaseBusy
from agentescrow.wire.config import RelayerStatus

_REPLICA: Final = "this server reads a replica and takes no writes"
_UNKNOWN: Final = RelayerStatus(
    available=False,
    problem="the primary database does not answer",
    address=None,
    balance=0,
    pending=0,
    oldest_pending=None,
)


def relayer_status(service: Service) -> RelayerStatus:
    """Read the status of the relayer."""
    try:
        found = service.admission.availability.describe()
    except DatabaseBusy:
        return _UNKNOWN
    state, queue = found.state, found.queue
    problem = _REPLICA if service.read_only else found.problem
    return RelayerStatus(
        available=problem is None,
        problem=problem,
        address=None if state is None else state.account,
        balance=0 if state is None else state.balance * GWEI,
        pending=queue.waiting,
        oldest_pending=queue.oldest,
    )


def measure_relayer(service: Service, now: float) -> None:
    """Set the relayer's metrics.

    Args:
        service: The service.
        now: Unix seconds.
    """
    try:
        found = service.admission.availability.describe()
    except DatabaseBusy:
        RELAYER_UP.set(0)
        return
    RELAYER_UP.set(found.problem is None)
    RELAYER_BALANCE.set(0 if found.state is None else found.state.balance * GWEI)
    RELAYER_PENDING.set(found.queue.waiting)
    RELAYER_OLDEST.set(0 if found.queue.oldest is None else max(now - found.queue.oldest, 0))
    RELAYER_FAILED.set(found.queue.failed)
    for lane in Lane:
        RELAYER_LEFT.labels(lane.name.lower()).set(found.left[lane] * GWEI)
