"""What StakeRegistry says."""

from __future__ import annotations

from dataclasses import dataclass

from agentescrow.chain.events.event import Event


@dataclass(frozen=True, slots=True)
class Staked(Event):
    """`from_` staked `amount` for the agent."""

    agent_id: int
    from_: str
    amount: int


@dataclass(frozen=True, slots=True)
class Unstaked(Event):
    """`amount` left the agent's stake to `to`."""

    agent_id: int
    to: str
    amount: int


@dataclass(frozen=True, slots=True)
class StakeLocked(Event):
    """`market` bound `amount`; a claim where `min_status` is above 0, else a bond."""

    agent_id: int
    market: str
    amount: int
    min_status: int


@dataclass(frozen=True, slots=True)
class StakeReleased(Event):
    """`market` freed `amount`; outcome 0 none, 1 completed, 2 rejected."""

    agent_id: int
    market: str
    amount: int
    outcome: int


@dataclass(frozen=True, slots=True)
class StakeSlashed(Event):
    """`market` ended a lock of `amount`: `penalty` went to `beneficiary`, the rest is free again.

    `strike` tells whether it counts and freezes; `strikes` is the count after it.
    """

    agent_id: int
    market: str
    beneficiary: str
    amount: int
    penalty: int
    strike: bool
    strikes: int


@dataclass(frozen=True, slots=True)
class MarketAdded(Event):
    """`market` may lock stakes: all, if the constructor said so, else of agents that allow it."""

    market: str


@dataclass(frozen=True, slots=True)
class MarketRetired(Event):
    """`market` takes no claim any more."""

    market: str


@dataclass(frozen=True, slots=True)
class MarketAllowed(Event):
    """The agent's owner lets `market` lock up to `cap`."""

    agent_id: int
    market: str
    cap: int
