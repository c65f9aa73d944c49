"""What each event of StakeRegistry means for rows (STAKE-3 to STAKE-9)."""

from __future__ import annotations

from agentescrow.chain import events as said
from agentescrow.domain.constants import (
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    MIN_STAKE,
    REJECTIONS_MAX,
)
from agentescrow.domain.registry import Outcome
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.identities import agent
from agentescrow.indexer.vaults import vault
from agentescrow.store.changes import Changes, Row
from agentescrow.store.tables import markets

_REGISTRY = "StakeRegistry"


def staked(changes: Changes, event: said.Staked, at: Entry) -> None:
    """More stake; enough of it unfreezes and starts the clock (STAKE-6, STAKE-7)."""
    row = agent(changes, event.agent_id, at)
    restake = row["frozen"] and event.amount >= MIN_STAKE
    reached = row["staked"] < MIN_STAKE <= row["staked"] + event.amount
    row["staked"] += event.amount
    if restake:
        row["frozen"] = False
    if restake or reached:
        row["staked_at"] = at.time
    vault(changes, _REGISTRY)["held"] += event.amount


def unstaked(changes: Changes, event: said.Unstaked, at: Entry) -> None:
    """Less stake."""
    _take(changes, agent(changes, event.agent_id, at), event.amount)


def locked(changes: Changes, event: said.StakeLocked, at: Entry) -> None:
    """A claim binds a part of the stake."""
    row = agent(changes, event.agent_id, at)
    row["locked"] += event.amount
    row["claims"] = min(row["claims"] + 1, CLAIMS_MAX)


def released(changes: Changes, event: said.StakeReleased, at: Entry) -> None:
    """The claim is over; its outcome is counted."""
    row = agent(changes, event.agent_id, at)
    row["locked"] -= event.amount
    if event.outcome == Outcome.COMPLETED:
        row["completions"] = min(row["completions"] + 1, COMPLETIONS_MAX)
    if event.outcome == Outcome.REJECTED:
        row["rejections"] = min(row["rejections"] + 1, REJECTIONS_MAX)


def slashed(changes: Changes, event: said.StakeSlashed, at: Entry) -> None:
    """The lock is taken; a strike, frozen (STAKE-6)."""
    row = agent(changes, event.agent_id, at)
    row["locked"] -= event.amount
    row["strikes"] = event.strikes
    row["frozen"] = True
    _take(changes, row, event.amount)


def market_scheduled(changes: Changes, event: said.MarketScheduled, _at: Entry) -> None:
    """A market to come."""
    changes.put(markets, {"market": event.market, "usable_at": event.usable_at})


def market_cancelled(changes: Changes, event: said.MarketCancelled, _at: Entry) -> None:
    """No market to come."""
    changes.remove(markets, event.market)


def _take(changes: Changes, row: Row, amount: int) -> None:
    row["staked"] -= amount
    if row["staked"] < MIN_STAKE:
        row["staked_at"] = 0
    vault(changes, _REGISTRY)["held"] -= amount
