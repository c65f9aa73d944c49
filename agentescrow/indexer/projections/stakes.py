"""Projections of StakeRegistry's events (STAKE-3 to STAKE-11)."""

from __future__ import annotations

from agentescrow.chain import events
from agentescrow.domain.agent import Outcome
from agentescrow.domain.constants import (
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    MIN_STAKE,
    REJECTIONS_MAX,
)
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.projections.identities import change_agent
from agentescrow.indexer.projections.vaults import change_vault
from agentescrow.indexer.registry import projects
from agentescrow.store.agents.tables import market_allowances, markets
from agentescrow.store.changes import Changes, Row

_REGISTRY = "StakeRegistry"


@projects(events.Staked)
def staked(changes: Changes, event: events.Staked, at: Entry) -> None:
    """Add stake; enough of it unfreezes and starts the clock (STAKE-6, STAKE-7)."""
    row = change_agent(changes, event.agent_id, at)
    restake = row["frozen"] and event.amount >= MIN_STAKE
    reached = row["staked"] < MIN_STAKE <= row["staked"] + event.amount
    row["staked"] += event.amount
    if restake:
        row["frozen"] = False
    if restake or reached:
        row["staked_at"] = at.time
    change_vault(changes, _REGISTRY)["held"] += event.amount


@projects(events.Unstaked)
def unstaked(changes: Changes, event: events.Unstaked, at: Entry) -> None:
    """Subtract stake."""
    _take(changes, change_agent(changes, event.agent_id, at), event.amount)


@projects(events.StakeLocked)
def locked(changes: Changes, event: events.StakeLocked, at: Entry) -> None:
    """Lock a part of the stake for a claim, or for a bond that is not counted (STAKE-11)."""
    row = change_agent(changes, event.agent_id, at)
    row["locked"] += event.amount
    if event.min_status > 0:
        row["claims"] = min(row["claims"] + 1, CLAIMS_MAX)
    _lock(changes, event.agent_id, event.market, event.amount)


@projects(events.StakeReleased)
def released(changes: Changes, event: events.StakeReleased, at: Entry) -> None:
    """Free the lock and count the outcome of the claim."""
    row = change_agent(changes, event.agent_id, at)
    row["locked"] -= event.amount
    _lock(changes, event.agent_id, event.market, -event.amount)
    if event.outcome == Outcome.COMPLETED:
        row["completions"] = min(row["completions"] + 1, COMPLETIONS_MAX)
    if event.outcome == Outcome.REJECTED:
        row["rejections"] = min(row["rejections"] + 1, REJECTIONS_MAX)


@projects(events.StakeSlashed)
def slashed(changes: Changes, event: events.StakeSlashed, at: Entry) -> None:
    """Subtract the penalty and free the rest of the lock; a strike freezes (STAKE-6)."""
    row = change_agent(changes, event.agent_id, at)
    row["locked"] -= event.amount
    _lock(changes, event.agent_id, event.market, -event.amount)
    row["strikes"] = event.strikes
    if event.strike:
        row["frozen"] = True
    _take(changes, row, event.penalty)


@projects(events.MarketAdded)
def market_added(changes: Changes, event: events.MarketAdded, at: Entry) -> None:
    """Add a market; the constructor adds its own in the transaction that creates the registry."""
    of_constructor = change_vault(changes, _REGISTRY)["created_in"] == at.log.tx_hash
    row = {"market": event.market, "of_constructor": of_constructor, "retired": False}
    changes.put(markets, row)


@projects(events.MarketRetired)
def market_retired(changes: Changes, event: events.MarketRetired, _at: Entry) -> None:
    """Note that the market takes no more claims."""
    row = changes.change(markets, event.market)
    if row is not None:
        row["retired"] = True


@projects(events.MarketAllowed)
def market_allowed(changes: Changes, event: events.MarketAllowed, at: Entry) -> None:
    """Set how much the NFT's owner allows a market to lock (STAKE-9)."""
    row = _allowance(changes, event.agent_id, event.market)
    row["owner"] = change_agent(changes, event.agent_id, at)["owner"]
    row["cap"] = event.cap


def _lock(changes: Changes, agent_id: int, market: str, more: int) -> None:
    """Count the lock against the market's allowance; the constructor's markets need none."""
    known = changes.get(markets, market)
    if known is not None and not known["of_constructor"]:
        _allowance(changes, agent_id, market)["locked"] += more


def _allowance(changes: Changes, agent_id: int, market: str) -> Row:
    row = changes.change(market_allowances, agent_id, market)
    if row is not None:
        return row
    empty = {"agent_id": agent_id, "market": market, "owner": None, "cap": 0, "locked": 0}
    return changes.put(market_allowances, empty)


def _take(changes: Changes, row: Row, amount: int) -> None:
    row["staked"] -= amount
    if row["staked"] < MIN_STAKE:
        row["staked_at"] = 0
    change_vault(changes, _REGISTRY)["held"] -= amount
