"""From events to rows: each kind of event has its function, and nothing else changes a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, Final

import orjson

from agentescrow.chain import events as said
from agentescrow.chain.events import Event
from agentescrow.indexer import identities, runs, stakes, vaults
from agentescrow.indexer.batch import Entry
from agentescrow.store import tables
from agentescrow.store.changes import Changes, Row

Projection = Callable[[Changes, Any, Entry], None]

PROJECTIONS: Final[dict[type[Event], Projection]] = {
    said.RunCreated: runs.created,
    said.RunFunded: runs.funded,
    said.RunClaimed: runs.claimed,
    said.RunStarted: runs.started,
    said.WorkSubmitted: runs.submitted,
    said.RevisionRequested: runs.revision_requested,
    said.RunApproved: runs.approved,
    said.RunRejected: runs.rejected,
    said.RunCancelled: runs.cancelled,
    said.RunAbandoned: runs.abandoned,
    said.RunSlashed: runs.slashed,
    said.FeesSwept: runs.swept,
    said.Paused: runs.paused,
    said.Unpaused: runs.unpaused,
    said.Staked: stakes.staked,
    said.Unstaked: stakes.unstaked,
    said.StakeLocked: stakes.locked,
    said.StakeReleased: stakes.released,
    said.StakeSlashed: stakes.slashed,
    said.MarketScheduled: stakes.market_scheduled,
    said.MarketCancelled: stakes.market_cancelled,
    said.Credited: vaults.credited,
    said.CreditWithdrawn: vaults.withdrawn,
    said.TreasurySet: vaults.treasury_set,
    said.OwnershipTransferred: vaults.owner_set,
    said.Registered: identities.registered,
    said.UriUpdated: identities.uri_updated,
    said.MetadataSet: identities.metadata_set,
    said.AgentTransfer: identities.transferred,
    said.AgentApproval: identities.approved,
    said.AgentApprovalForAll: identities.approved_for_all,
}

_NAMES: Final = {
    kind: tuple(field.name for field in fields(kind))
    for kinds in said.TYPES.values()
    for kind in kinds.values()
}
_AGENT: Final = ("agent_id", "token_id")


def project(changes: Changes, entries: Iterable[Entry]) -> None:
    """Turn events into changes of rows, in their order.

    Args:
        changes: Of the transaction.
        entries: The events.
    """
    kept = [entry for entry in entries if not _is_noise(entry.event)]
    _load(changes, kept)
    for entry in kept:
        changes.add_event(_event_row(entry))
        projection = PROJECTIONS.get(type(entry.event))
        if projection is not None:
            projection(changes, entry.event, entry)


def _is_noise(event: Event) -> bool:
    """Agents may store anything under other keys than the wallet's, and some store much."""
    return isinstance(event, said.MetadataSet) and event.metadata_key != "agentWallet"


def _load(changes: Changes, entries: Iterable[Entry]) -> None:
    about = [(type(entry.event), _subjects(entry.event)) for entry in entries]
    created = {run for kind, (run, _) in about if kind is said.RunCreated}
    loaded = {run for _, (run, _) in about if run is not None} - created
    changes.load(tables.runs, [(run,) for run in sorted(loaded)])
    found = {agent for _, (_, agent) in about if agent is not None}
    changes.load(tables.agents, [(agent,) for agent in sorted(found)])


def _subjects(event: Event) -> tuple[int | None, int | None]:
    """Ids of the run and of the agent that an event is about."""
    names = _NAMES[type(event)]
    run = event.run_id if "run_id" in names else None  # type: ignore[attr-defined]
    agent = next((getattr(event, name) for name in _AGENT if name in names), None)
    return run, agent


def _event_row(entry: Entry) -> Row:
    log, event = entry.log, entry.event
    run, agent = _subjects(event)
    data = {name: getattr(event, name) for name in _NAMES[type(event)]}
    return {
        "block_number": log.block_number,
        "log_index": log.log_index,
        "contract": log.contract,
        "name": type(event).__name__,
        "run_id": run,
        "agent_id": agent,
        "tx_hash": log.tx_hash,
        "time": entry.time,
        "data": orjson.dumps(data, default=_hex).decode(),
    }


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(f"an event has a {type(value).__name__}, which nobody expects")
