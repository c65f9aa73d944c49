"""From events to rows: each kind of event has its function, and nothing else changes a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final

import orjson

from agentescrow.chain import events as said
from agentescrow.chain.events import Event
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.projections import identities, runs, stakes, vaults
from agentescrow.store import tables
from agentescrow.store.bulk import Values
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
    said.MarketAdded: stakes.market_added,
    said.MarketRetired: stakes.market_retired,
    said.MarketAllowed: stakes.market_allowed,
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


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a kind of event is about."""

    name: str
    run_id: Callable[[Event], int | None]
    agent_id: Callable[[Event], int | None]
    project: Projection | None


def _subject(names: tuple[str, ...], of: type[Event]) -> Callable[[Event], int | None]:
    """What reads the first of these fields that a kind of event has."""
    known = {field.name for field in fields(of)}
    found = next((name for name in names if name in known), None)
    return attrgetter(found) if found else _nothing


def _nothing(_event: Event) -> None:
    return None


_KINDS: Final = {
    kind: _Kind(
        kind.__name__,
        _subject(("run_id",), kind),
        _subject(("agent_id", "token_id"), kind),
        PROJECTIONS.get(kind),
    )
    for kinds in said.TYPES.values()
    for kind in kinds.values()
}


def load(changes: Changes, entries: Iterable[Entry]) -> None:
    """Read what `project` will change, many rows at once.

    Args:
        changes: Of the transaction.
        entries: The events, of as many blocks as it has.
    """
    created, found, of_agents = set(), set(), set()
    for entry in entries:
        event = entry.log.event
        kind = _KINDS[type(event)]
        found.add(kind.run_id(event))
        of_agents.add(kind.agent_id(event))
        if isinstance(event, said.RunCreated):
            created.add(event.run_id)
    changes.load(tables.runs, _keys(found - created))
    changes.load(tables.agents, _keys(of_agents))


def project(changes: Changes, entries: Iterable[Entry]) -> None:
    """Turn events into changes of rows, in their order.

    Args:
        changes: Of the transaction.
        entries: The events.
    """
    before: Event | None = None
    for entry in entries:
        event = entry.log.event
        if _is_noise(event):
            continue
        kind = _KINDS[type(event)]
        changes.add_event(_event_row(entry, event, kind))
        if kind.project is not None and not identities.is_of_registration(event, before):
            kind.project(changes, event, entry)
        before = event


def _is_noise(event: Event) -> bool:
    """Agents may store anything under other keys than the wallet's, and some store much."""
    return isinstance(event, said.MetadataSet) and event.metadata_key != "agentWallet"


def _keys(ids: set[int | None]) -> list[tuple[int]]:
    return [(each,) for each in sorted(each for each in ids if each is not None)]


def _event_row(entry: Entry, event: Event, kind: _Kind) -> Values:
    """In the order of the columns of `events`."""
    log = entry.log
    return (
        log.block_number,
        log.log_index,
        log.contract,
        kind.name,
        kind.run_id(event),
        kind.agent_id(event),
        log.tx_hash,
        entry.time,
        orjson.dumps(event, default=_hex).decode(),
    )


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(f"an event has a {type(value).__name__}, which nobody expects")
