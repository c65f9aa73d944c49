"""Markets: which there are, and what each may lock of an agent (STAKE-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from agentescrow.domain.constants import MIN_STAKE
from agentescrow.store.tables import market_allowances, markets


@dataclass(frozen=True, slots=True)
class Standing:
    """What a market may lock of an agent's stake.

    Args:
        market: Its address.
        retired: Whether it takes no claim any more.
        cap: Base units that the NFT's owner lets it lock; None where it needs nobody's leave, as
            the constructor's markets.
        locked: Base units that it has locked; None where it needs nobody's leave.
    """

    market: str
    retired: bool
    cap: int | None
    locked: int | None

    @property
    def may_claim(self) -> bool:
        """Whether the registry would let it lock MIN_STAKE for a claim, were it available."""
        if self.retired:
            return False
        return self.cap is None or (self.locked or 0) + MIN_STAKE <= self.cap


def standings(connection: Connection, agent: Row[tuple[Any, ...]]) -> Sequence[Standing]:
    """What each market may lock of an agent, by address.

    Args:
        connection: A transaction.
        agent: A row of `agents` whose owner is known.
    """
    found = connection.execute(_of(agent).order_by(markets.c.market))
    return [_standing(row, agent.owner) for row in found]


def standing_of(
    connection: Connection, agent: Row[tuple[Any, ...]], market: str
) -> Standing | None:
    """What one market may lock of an agent, or None where it is no market.

    Args:
        connection: A transaction.
        agent: A row of `agents` whose owner is known.
        market: Its address, in checksum case.
    """
    row = connection.execute(_of(agent).where(markets.c.market == market)).one_or_none()
    return None if row is None else _standing(row, agent.owner)


def _of(agent: Row[tuple[Any, ...]]) -> Select[Any]:
    allowed = and_(
        market_allowances.c.market == markets.c.market,
        market_allowances.c.agent_id == agent.agent_id,
    )
    columns = market_allowances.c.owner, market_allowances.c.cap, market_allowances.c.locked
    return select(markets, *columns).outerjoin(market_allowances, allowed)


def _standing(row: Row[tuple[Any, ...]], owner: str) -> Standing:
    if row.of_constructor:
        return Standing(row.market, bool(row.retired), None, None)
    binds = row.owner == owner  # an allowance ends with the ownership of who gave it
    return Standing(row.market, bool(row.retired), row.cap if binds else 0, row.locked or 0)
