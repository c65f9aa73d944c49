"""Markets, and what each of them may lock of an agent's stake (STAKE-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from agentescrow.domain.constants import MIN_STAKE
from agentescrow.store.agents.tables import market_allowances, markets


@dataclass(frozen=True, slots=True)
class MarketAllowance:
    """Part of an agent's stake that a market may lock.

    Args:
        market: Address of the market.
        retired: Whether the market takes no more claims.
        cap: Base units that the NFT's owner allows; None for a market of the constructor, which
            needs no allowance.
        locked: Base units locked by this market; None for a market of the constructor.
    """

    market: str
    retired: bool
    cap: int | None
    locked: int | None

    @property
    def may_claim(self) -> bool:
        """Whether the registry lets the market lock MIN_STAKE for a claim, if it is available."""
        if self.retired:
            return False
        return self.cap is None or (self.locked or 0) + MIN_STAKE <= self.cap


def allowances_of(connection: Connection, agent: Row[tuple[Any, ...]]) -> Sequence[MarketAllowance]:
    """Read what each market may lock of an agent, sorted by the market's address.

    Args:
        connection: Transaction to read in.
        agent: Row of `agents` with a known owner.
    """
    found = connection.execute(_of(agent).order_by(markets.c.market))
    return [_allowance(row, agent.owner) for row in found]


def find_allowance(
    connection: Connection, agent: Row[tuple[Any, ...]], market: str
) -> MarketAllowance | None:
    """Read what one market may lock of an agent, or None if the address is not a market.

    Args:
        connection: Transaction to read in.
        agent: Row of `agents` with a known owner.
        market: In checksum case.
    """
    row = connection.execute(_of(agent).where(markets.c.market == market)).one_or_none()
    return None if row is None else _allowance(row, agent.owner)


def _of(agent: Row[tuple[Any, ...]]) -> Select[Any]:
    allowed = and_(
        market_allowances.c.market == markets.c.market,
        market_allowances.c.agent_id == agent.agent_id,
    )
    columns = market_allowances.c.owner, market_allowances.c.cap, market_allowances.c.locked
    return select(markets, *columns).outerjoin(market_allowances, allowed)


def _allowance(row: Row[tuple[Any, ...]], owner: str) -> MarketAllowance:
    if row.of_constructor:
        return MarketAllowance(row.market, bool(row.retired), None, None)
    is_binding = row.owner == owner  # an allowance ends when the NFT changes hands
    cap = row.cap if is_binding else 0
    return MarketAllowance(row.market, bool(row.retired), cap, row.locked or 0)
