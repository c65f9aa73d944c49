"""Projections of RunEscrow's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentescrow.chain import events
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import RunState
from agentescrow.errors import EventsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.projections.identities import change_agent
from agentescrow.indexer.projections.vaults import change_vault
from agentescrow.indexer.registry import needs, projects
from agentescrow.indexer.storable_text import storable
from agentescrow.store.bulk import column_names
from agentescrow.store.changes import Changes, Row
from agentescrow.store.runs.tables import runs
from agentescrow.store.subjects import RUN

_EMPTY: Final = dict.fromkeys(column_names(runs))

_Refunding = events.RunRejected | events.RunCancelled | events.RunSlashed
_Moving = (
    events.RunFunded
    | events.RunClaimed
    | events.RunStarted
    | events.WorkSubmitted
    | events.RevisionRequested
    | events.RunApproved
    | events.RunAbandoned
    | _Refunding
)


def _sources() -> Mapping[str, frozenset[RunState]]:
    """States in which the contract emits an event of a run, by the event's name."""
    found: dict[str, frozenset[RunState]] = {}
    for action, _ in RUN_ACTIONS.transitions:
        found[action.event] = found.get(action.event, frozenset()) | action.sources
    return found


_SOURCES: Final = _sources()

needs(RUN, runs, created_by=events.RunCreated)


@projects(events.RunCreated)
def created(changes: Changes, event: events.RunCreated, at: Entry) -> None:
    """Create a run, not funded yet."""
    changes.put_new(
        runs,
        {
            **_EMPTY,
            "run_id": event.run_id,
            "poster": event.poster,
            "state": int(RunState.DRAFT),
            "reward": event.reward,
            "fee": event.fee,
            "deadline": event.deadline,
            "review_days": event.review_days,
            "max_revisions": event.max_revisions,
            "revisions": 0,
            "min_status": event.min_status,
            "ipfs_hash": storable(event.ipfs_hash),
            "created_at": at.time,
            "abandoned": False,
            "updated_block": at.log.block_number,
        },
    )


@projects(events.RunFunded)
def funded(changes: Changes, event: events.RunFunded, at: Entry) -> None:
    """Move to OPEN; reward and fee are held."""
    run = _moved(changes, event, RunState.OPEN, at)
    run["funded_at"] = at.time
    change_vault(changes, at.log.contract)["held"] += event.amount


@projects(events.RunClaimed)
def claimed(changes: Changes, event: events.RunClaimed, at: Entry) -> None:
    """Move to CLAIMED."""
    run = _moved(changes, event, RunState.CLAIMED, at)
    run["agent_id"] = event.agent_id
    run["wallet"] = event.wallet
    run["stake"] = event.stake
    run["claimed_at"] = at.time


@projects(events.RunStarted)
def started(changes: Changes, event: events.RunStarted, at: Entry) -> None:
    """Move to IN_PROGRESS."""
    _moved(changes, event, RunState.IN_PROGRESS, at)["started_at"] = at.time


@projects(events.WorkSubmitted)
def submitted(changes: Changes, event: events.WorkSubmitted, at: Entry) -> None:
    """Move to SUBMITTED."""
    run = _moved(changes, event, RunState.SUBMITTED, at)
    run["submitted_at"] = at.time
    run["deliverable"] = storable(event.deliverable_uri)


@projects(events.RevisionRequested)
def revision_requested(changes: Changes, event: events.RevisionRequested, at: Entry) -> None:
    """Move to REVISION_REQUESTED."""
    run = _moved(changes, event, RunState.REVISION_REQUESTED, at)
    expected = run["revisions"] + 1
    if event.revision != expected:
        words = (
            f"revision {event.revision} of run {event.run_id}, "
            f"but no block before has revision {expected}"
        )
        raise EventsMissing(words, at.log.block_number)
    run["revisions"] = event.revision
    run["revision_due_at"] = event.due_at
    run["feedback"] = storable(event.feedback)


@projects(events.RunApproved)
def approved(changes: Changes, event: events.RunApproved, at: Entry) -> None:
    """Move to APPROVED; the fee is accrued, and the reward is not held any more."""
    run = _moved(changes, event, RunState.APPROVED, at)
    run["ended_at"] = at.time
    run["silent"] = event.silent
    change_agent(changes, event.agent_id, at)["total_volume"] += event.reward
    escrow = change_vault(changes, at.log.contract)
    escrow["held"] -= event.reward + event.fee
    escrow["fees"] += event.fee
    escrow["fees_earned"] += event.fee
    escrow["volume"] += event.reward


@projects(events.RunRejected)
def rejected(changes: Changes, event: events.RunRejected, at: Entry) -> None:
    """Move to REJECTED."""
    run = _refunded(changes, event, RunState.REJECTED, at)
    run["reason"] = storable(event.reason)


@projects(events.RunCancelled)
def cancelled(changes: Changes, event: events.RunCancelled, at: Entry) -> None:
    """Move to CANCELLED; the refund of an unfunded run is 0."""
    _refunded(changes, event, RunState.CANCELLED, at)


@projects(events.RunSlashed)
def slashed(changes: Changes, event: events.RunSlashed, at: Entry) -> None:
    """Move to SLASHED."""
    run = _refunded(changes, event, RunState.SLASHED, at)
    run["compensation"] = event.compensation


@projects(events.RunAbandoned)
def abandoned(changes: Changes, event: events.RunAbandoned, at: Entry) -> None:
    """Move back to OPEN, as if the run had never been claimed (API-2)."""
    run = _moved(changes, event, RunState.OPEN, at)
    for name in ("agent_id", "wallet", "stake", "claimed_at", "started_at"):
        run[name] = None
    run["abandoned"] = True


def _moved(changes: Changes, event: _Moving, state: RunState, at: Entry) -> Row:
    """Give a run its next state.

    Raises:
        EventsMissing: The run was never created, or is in a state in which the contract does not
            emit this event.
    """
    run, name = changes.change(runs, event.run_id), type(event).__name__
    if run is None:
        words = f"an event of run {event.run_id}, but no block before has the one that created it"
        raise EventsMissing(words, at.log.block_number)
    if run["state"] not in _SOURCES[name]:
        left = RunState(run["state"]).name
        words = f"{name} of run {event.run_id}, but no block before has the event that ended {left}"
        raise EventsMissing(words, at.log.block_number)
    run["state"] = int(state)
    run["updated_block"] = at.log.block_number
    return run


def _refunded(changes: Changes, event: _Refunding, state: RunState, at: Entry) -> Row:
    run = _moved(changes, event, state, at)
    run["ended_at"] = at.time
    run["refund"] = event.refund
    change_vault(changes, at.log.contract)["held"] -= event.refund
    return run
