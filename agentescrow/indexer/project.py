"""From events to rows: each kind of event has its function, and nothing else changes a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

import orjson

from agentescrow.chain import events as said
from agentescrow.chain.events import Event
from agentescrow.indexer import identities, runs, stakes, vaults
from agentescrow.indexer.batch import Entry
from agentescrow.store import tables
from agentescrow.store.bulk import Row
from agentescrow.store.changes import Changes

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


def _subject(names: tuple[str, ...], of: type[Event]) -> Callable[[Event], int | None]:
    """What reads the first of these fields that a kind of event has."""
    known = {field.name for field in fields(of)}
    found = next((name for name in names if name in known), None)
    return attrgetter(found) if found else _nothing


def _nothing(_event: Event) -> None:
    return None


_KINDS: Final = [kind for kinds in said.TYPES.values() for kind in kinds.values()]
_RUN: Final = {kind: _subject(("run_id",), kind) for kind in _KINDS}
_AGENT: Final = {kind: _subject(("agent_id", "token_id"), kind) for kind in _KINDS}


def project(changes: Changes, entries: Iterable[Entry]) -> None:
    """Turn events into changes of rows, in their order.

    Args:
        changes: Of the transaction.
        entries: The events.
    """
    kept = [entry for entry in entries if not _is_noise(entry.log.event)]
    _load(changes, kept)
    for entry in kept:
        event = entry.log.event
        changes.add_event(_event_row(entry, event))
        projection = PROJECTIONS.get(type(event))
        if projection is not None:
            projection(changes, event, entry)


def _is_noise(event: Event) -> bool:
    """Agents may store anything under other keys than the wallet's, and some store much."""
    return isinstance(event, said.MetadataSet) and event.metadata_key != "agentWallet"


def _load(changes: Changes, entries: Iterable[Entry]) -> None:
    events = [entry.log.event for entry in entries]
    created = {event.run_id for event in events if isinstance(event, said.RunCreated)}
    found = {_RUN[type(event)](event) for event in events} - created
    changes.load(tables.runs, _keys(found))
    changes.load(tables.agents, _keys({_AGENT[type(event)](event) for event in events}))


def _keys(ids: set[int | None]) -> list[tuple[int]]:
    return [(each,) for each in sorted(each for each in ids if each is not None)]


def _event_row(entry: Entry, event: Event) -> Row:
    log, kind = entry.log, type(event)
    return {
        "block_number": log.block_number,
        "log_index": log.log_index,
        "contract": log.contract,
        "name": kind.__name__,
        "run_id": _RUN[kind](event),
        "agent_id": _AGENT[kind](event),
        "tx_hash": log.tx_hash,
        "time": entry.time,
        "data": orjson.dumps(event, default=_hex).decode(),
    }


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(f"an event has a {type(value).__name__}, which nobody expects")
