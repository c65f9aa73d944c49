"""Readiness of the service."""

from __future__ import annotations

from agentescrow.wire.config import RelayerStatus
from agentescrow.wire.problem import Problem
from agentescrow.wire.shape import Shape, Time


class Readiness(Shape):
    """Whether the index follows its chain.

    Attributes:
        ready: Whether the index follows its chain.
        problem: Why it does not, or null.
        indexed_block: Last indexed block, or null before the first.
        indexed_at: Time of that block, or null.
        lag: Number of blocks that the node has and the index lacks.
        relayer: Status of the relayer; it does not affect `ready`.
    """

    ready: bool
    problem: str | None
    indexed_block: int | None
    indexed_at: Time | None
    lag: int
    relayer: RelayerStatus | None = None


class NotReady(Problem):
    """The error while the index does not follow its chain: a problem with the same members.

    Attributes:
        ready: False.
        problem: Same as `detail`.
        indexed_block: Last indexed block, or null before the first.
        indexed_at: Time of that block, or null.
        lag: Number of blocks that the node has and the index lacks.
        relayer: Status of the relayer.
    """

    ready: bool
    problem: str
    indexed_block: int | None
    indexed_at: Time | None
    lag: int
    relayer: RelayerStatus | None = None
