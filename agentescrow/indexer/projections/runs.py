"""What each event of RunEscrow means for rows."""

from __future__ import annotations

from agentescrow.chain import events as said
from agentescrow.domain.runs.run import RunState
from agentescrow.errors import EventsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.projections.identities import agent
from agentescrow.indexer.projections.vaults import vault
from agentescrow.indexer.storable_text import storable
from agentescrow.store.bulk import column_names
from agentescrow.store.changes import Changes, Row
from agentescrow.store.tables import runs

_ESCROW = "RunEscrow"
_NOTHING = dict.fromkeys(column_names(runs))


def created(changes: Changes, event: said.RunCreated, at: Entry) -> None:
    """A run, unfunded as yet."""
    changes.put_new(
        runs,
        {
            **_NOTHING,
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


def funded(changes: Changes, event: said.RunFunded, at: Entry) -> None:
    """OPEN; reward and fee are held."""
    run = _moved(changes, event.run_id, RunState.OPEN, at)
    run["funded_at"] = at.time
    vault(changes, _ESCROW)["held"] += event.amount


def claimed(changes: Changes, event: said.RunClaimed, at: Entry) -> None:
    """CLAIMED."""
    run = _moved(changes, event.run_id, RunState.CLAIMED, at)
    run["agent_id"] = event.agent_id
    run["wallet"] = event.wallet
    run["stake"] = event.stake
    run["claimed_at"] = at.time


def started(changes: Changes, event: said.RunStarted, at: Entry) -> None:
    """IN_PROGRESS."""
    _moved(changes, event.run_id, RunState.IN_PROGRESS, at)["started_at"] = at.time


def submitted(changes: Changes, event: said.WorkSubmitted, at: Entry) -> None:
    """SUBMITTED."""
    run = _moved(changes, event.run_id, RunState.SUBMITTED, at)
    run["submitted_at"] = at.time
    run["deliverable"] = storable(event.deliverable_uri)


def revision_requested(changes: Changes, event: said.RevisionRequested, at: Entry) -> None:
    """REVISION_REQUESTED."""
    run = _moved(changes, event.run_id, RunState.REVISION_REQUESTED, at)
    run["revisions"] = event.revision
    run["revision_due_at"] = event.due_at
    run["feedback"] = storable(event.feedback)


def approved(changes: Changes, event: said.RunApproved, at: Entry) -> None:
    """APPROVED; the fee is accrued, the reward no longer held."""
    run = _moved(changes, event.run_id, RunState.APPROVED, at)
    run["ended_at"] = at.time
    run["silent"] = event.silent
    agent(changes, event.agent_id, at)["total_volume"] += event.reward
    escrow = vault(changes, _ESCROW)
    escrow["held"] -= event.reward + event.fee
    escrow["fees"] += event.fee
    escrow["fees_earned"] += event.fee
    escrow["volume"] += event.reward


def rejected(changes: Changes, event: said.RunRejected, at: Entry) -> None:
    """REJECTED."""
    run = _refunded(changes, event.run_id, RunState.REJECTED, event.refund, at)
    run["reason"] = storable(event.reason)


def cancelled(changes: Changes, event: said.RunCancelled, at: Entry) -> None:
    """CANCELLED; the refund of an unfunded run is 0."""
    _refunded(changes, event.run_id, RunState.CANCELLED, event.refund, at)


def slashed(changes: Changes, event: said.RunSlashed, at: Entry) -> None:
    """SLASHED."""
    run = _refunded(changes, event.run_id, RunState.SLASHED, event.refund, at)
    run["compensation"] = event.compensation


def abandoned(changes: Changes, event: said.RunAbandoned, at: Entry) -> None:
    """OPEN again, as if nobody had claimed it (API-2)."""
    run = _moved(changes, event.run_id, RunState.OPEN, at)
    for name in ("agent_id", "wallet", "stake", "claimed_at", "started_at"):
        run[name] = None
    run["abandoned"] = True


def swept(changes: Changes, event: said.FeesSwept, _at: Entry) -> None:
    """The fees are gone to the treasury."""
    vault(changes, _ESCROW)["fees"] -= event.amount


def paused(changes: Changes, _event: said.Paused, _at: Entry) -> None:
    """No entries."""
    vault(changes, _ESCROW)["paused"] = True


def unpaused(changes: Changes, _event: said.Unpaused, _at: Entry) -> None:
    """Entries again."""
    vault(changes, _ESCROW)["paused"] = False


def _moved(changes: Changes, run_id: int, state: RunState, at: Entry) -> Row:
    run = changes.change(runs, run_id)
    if run is None:
        words = f"an event of run {run_id}, but no block before has the one that created it"
        raise EventsMissing(words, at.log.block_number)
    run["state"] = int(state)
    run["updated_block"] = at.log.block_number
    return run


def _refunded(changes: Changes, run_id: int, state: RunState, refund: int, at: Entry) -> Row:
    run = _moved(changes, run_id, state, at)
    run["ended_at"] = at.time
    run["refund"] = refund
    vault(changes, _ESCROW)["held"] -= refund
    return run
