"""The market in numbers, and how the service is."""

from __future__ import annotations

from agentescrow.wire.config import RelayerStatus
from agentescrow.wire.problem import Problem
from agentescrow.wire.shape import Amount, Shape, Time


class Stats(Shape):
    """The market at the indexed block.

    Attributes:
        runs: Runs ever created.
        runs_by_state: How many are in each state.
        agents: Agents in the identity registry.
        escrowed: Base units that RunEscrow holds for runs.
        staked: Base units that StakeRegistry holds for agents.
        volume: Rewards of approved runs, base units.
        fees_earned: Fees of approved runs, base units.
        paused: Whether new runs, funding and claims are stopped.
    """

    runs: int
    runs_by_state: dict[str, int]
    agents: int
    escrowed: Amount
    staked: Amount
    volume: Amount
    fees_earned: Amount
    paused: bool


class Readiness(Shape):
    """Whether answers can be trusted.

    Attributes:
        ready: Whether the index follows its chain.
        problem: Why not, or null.
        indexed_block: Block that all answers are as of, or null before the first.
        indexed_at: Its time, or null.
        lag: Blocks that the node has and the index has not.
        relayer: Whether signed requests are carried now; reads do without.
    """

    ready: bool
    problem: str | None
    indexed_block: int | None
    indexed_at: Time | None
    lag: int
    relayer: RelayerStatus | None = None


class NotReady(Problem):
    """Why not: a problem that also says how far the index is.

    Attributes:
        ready: False.
        problem: The same as `detail`.
        indexed_block: Block that all answers are as of, or null before the first.
        indexed_at: Its time, or null.
        lag: Blocks that the node has and the index has not.
        relayer: Whether signed requests are carried now.
    """

    ready: bool
    problem: str
    indexed_block: int | None
    indexed_at: Time | None
    lag: int
    relayer: RelayerStatus | None = None
