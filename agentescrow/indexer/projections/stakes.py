"""What each event of StakeRegistry means for rows (STAKE-3 to STAKE-11)."""

from __future__ import annotations

from agentescrow.chain import events as said
from agentescrow.domain.agent import Outcome
from agentescrow.domain.constants import (
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    MIN_STAKE,
    REJECTIONS_MAX,
)
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.projections.identities import agent
from agentescrow.indexer.projections.vaults import vault
from agentescrow.store.changes import Changes, Row
from agentescrow.store.tables import market_allowances, markets

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
    """A claim, or a bond that counts for nothing, binds a part of the stake (STAKE-11)."""
    row = agent(changes, event.agent_id, at)
    row["locked"] += event.amount
    if event.min_status > 0:
        row["claims"] = min(row["claims"] + 1, CLAIMS_MAX)
    _lock(changes, event.agent_id, event.market, event.amount)


def released(changes: Changes, event: said.StakeReleased, at: Entry) -> None:
    """The claim is over; its outcome is counted."""
    row = agent(changes, event.agent_id, at)
    row["locked"] -= event.amount
    _lock(changes, event.agent_id, event.market, -event.amount)
    if event.outcome == Outcome.COMPLETED:
        row["completions"] = min(row["completions"] + 1, COMPLETIONS_MAX)
    if event.outcome == Outcome.REJECTED:
        row["rejections"] = min(row["rejections"] + 1, REJECTIONS_MAX)


def slashed(changes: Changes, event: said.StakeSlashed, at: Entry) -> None:
    """The penalty is gone, the rest of the lock free; a strike counts and freezes (STAKE-6)."""
    row = agent(changes, event.agent_id, at)
    row["locked"] -= event.amount
    _lock(changes, event.agent_id, event.market, -event.amount)
    row["strikes"] = event.strikes
    if event.strike:
        row["frozen"] = True
    _take(changes, row, event.penalty)


def market_added(changes: Changes, event: said.MarketAdded, at: Entry) -> None:
    """A market; the constructor's were added in the transaction that created the registry."""
    of_constructor = vault(changes, _REGISTRY)["created_in"] == at.log.tx_hash
    row = {"market": event.market, "of_constructor": of_constructor, "retired": False}
    changes.put(markets, row)


def market_retired(changes: Changes, event: said.MarketRetired, _at: Entry) -> None:
    """No claims for it any more."""
    row = changes.change(markets, event.market)
    if row is not None:
        row["retired"] = True


def market_allowed(changes: Changes, event: said.MarketAllowed, at: Entry) -> None:
    """The owner of the agent's NFT has said how much (STAKE-9)."""
    row = _allowance(changes, event.agent_id, event.market)
    row["owner"] = agent(changes, event.agent_id, at)["owner"]
    row["cap"] = event.cap


def _lock(changes: Changes, agent_id: int, market: str, more: int) -> None:
    """What a market has locked, as far as anybody could allow it more or less."""
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
    vault(changes, _REGISTRY)["held"] -= amount
