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
    """`market` bound `amount` to a piece of work."""

    agent_id: int
    market: str
    amount: int


@dataclass(frozen=True, slots=True)
class StakeReleased(Event):
    """`market` freed `amount`; outcome 0 none, 1 completed, 2 rejected."""

    agent_id: int
    market: str
    amount: int
    outcome: int


@dataclass(frozen=True, slots=True)
class StakeSlashed(Event):
    """`market` took `amount`: `compensation` for `beneficiary`, the rest for the treasury."""

    agent_id: int
    market: str
    beneficiary: str
    amount: int
    compensation: int
    strikes: int


@dataclass(frozen=True, slots=True)
class MarketScheduled(Event):
    """`market` may lock stakes from `usable_at` on."""

    market: str
    usable_at: int


@dataclass(frozen=True, slots=True)
class MarketCancelled(Event):
    """`market` will not become usable."""

    market: str
