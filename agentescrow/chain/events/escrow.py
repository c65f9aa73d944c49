"""What RunEscrow says."""

from __future__ import annotations

from dataclasses import dataclass

from agentescrow.chain.events.event import Event


@dataclass(frozen=True, slots=True)
class RunCreated(Event):
    """A run exists; unfunded unless RunFunded follows."""

    run_id: int
    poster: str
    reward: int
    fee: int
    deadline: int
    review_days: int
    max_revisions: int
    min_status: int
    ipfs_hash: str


@dataclass(frozen=True, slots=True)
class RunFunded(Event):
    """Reward and fee are escrowed."""

    run_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class RunClaimed(Event):
    """An agent took the run, with some of its stake locked."""

    run_id: int
    agent_id: int
    wallet: str
    stake: int
    due_at: int


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The agent began."""

    run_id: int


@dataclass(frozen=True, slots=True)
class WorkSubmitted(Event):
    """Work is in; the poster has until `review_ends_at`."""

    run_id: int
    deliverable_uri: str
    review_ends_at: int


@dataclass(frozen=True, slots=True)
class RevisionRequested(Event):
    """The poster wants changes by `due_at`."""

    run_id: int
    revision: int
    due_at: int
    feedback: str


@dataclass(frozen=True, slots=True)
class RunApproved(Event):
    """The agent gets `reward`, the platform `fee`; `silent` if the review window decided."""

    run_id: int
    agent_id: int
    wallet: str
    reward: int
    fee: int
    silent: bool


@dataclass(frozen=True, slots=True)
class RunRejected(Event):
    """The poster refused the work and gets `refund`."""

    run_id: int
    agent_id: int
    refund: int
    reason: str


@dataclass(frozen=True, slots=True)
class RunCancelled(Event):
    """The run is off; the poster gets `refund`."""

    run_id: int
    refund: int


@dataclass(frozen=True, slots=True)
class RunAbandoned(Event):
    """The agent gave the run back; it is open again."""

    run_id: int
    agent_id: int


@dataclass(frozen=True, slots=True)
class RunSlashed(Event):
    """The agent let the time pass; the poster gets `refund` and, from the stake, `compensation`."""

    run_id: int
    agent_id: int
    refund: int
    compensation: int


@dataclass(frozen=True, slots=True)
class FeesSwept(Event):
    """The fees went to the treasury."""

    treasury: str
    amount: int


@dataclass(frozen=True, slots=True)
class TreasurySet(Event):
    """The fees go to `treasury` from now on."""

    treasury: str


@dataclass(frozen=True, slots=True)
class Paused(Event):
    """New runs, funding and claims are stopped."""

    account: str


@dataclass(frozen=True, slots=True)
class Unpaused(Event):
    """New runs, funding and claims go on."""

    account: str
