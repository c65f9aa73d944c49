"""Totals of runs, agents and money."""

from __future__ import annotations

from agentescrow.wire.shape import Amount, Shape


class Stats(Shape):
    """Totals at the indexed block.

    Attributes:
        runs: Number of runs ever created.
        runs_by_state: Number of runs in each state.
        agents: Number of agents in the identity registry.
        escrowed: Base units that RunEscrow holds for runs.
        staked: Base units that StakeRegistry holds for agents.
        volume: Sum of the rewards of approved runs, in base units.
        fees_earned: Sum of the fees of approved runs, in base units.
        paused: Whether new runs, funding and claims are paused.
    """

    runs: int
    runs_by_state: dict[str, int]
    agents: int
    escrowed: Amount
    staked: Amount
    volume: Amount
    fees_earned: Amount
    paused: bool
