"""Agents: one, a page of them, their deposits; and the two vaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, literal_column, select, union_all

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MAX_TEXT
from agentescrow.store.agent_statuses import ways_to
from agentescrow.store.runs import AnyRow
from agentescrow.store.tables import STANDING, agents, events, vaults

_BEGINNING: Final = func.substr(agents.c.uri, 1, MAX_TEXT + 1).label("uri")

_STANDING: Final = STANDING + literal_column("0")  # which is in no index


def find_agent(connection: Connection, agent_id: int) -> AnyRow | None:
    """The row of an agent that the identity registry knows, or None."""
    known = select(agents).where(agents.c.agent_id == agent_id, agents.c.owner.is_not(None))
    return connection.execute(known).one_or_none()


def last_agent(connection: Connection) -> int:
    """The highest agent that ever was, -1 where there is none: their numbers have no gaps."""
    found = connection.execute(select(func.max(agents.c.agent_id))).scalar_one()
    return -1 if found is None else int(found)


def agents_after(connection: Connection, *, after: int, limit: int) -> Sequence[AnyRow]:
    """Agents by number, those whose NFT is burnt too.

    Args:
        connection: A transaction.
        after: The last one of those before.
        limit: Most agents.
    """
    wanted = select(agents).where(agents.c.agent_id > after).order_by(agents.c.agent_id)
    return connection.execute(wanted.limit(limit)).all()


@dataclass(frozen=True, slots=True)
class AgentFilter:
    """Which of the agents that the identity registry knows.

    Args:
        owner: Of this account alone, in checksum case.
        status: With this status alone.
        now: When they have it, unix seconds.
    """

    owner: str | None = None
    status: AgentStatus | None = None
    now: int = 0

    @property
    def ways(self) -> list[ColumnElement[bool]]:
        """What has to be true of a row: one of these, and no two are."""
        if self.status is None:
            return [agents.c.owner.is_not(None) if self.owner is None else self._owned]
        if self.owner is None:
            return ways_to(self.status, self.now)
        # Who owns agents has few: they are looked up by owner.
        return [self._owned & each for each in ways_to(self.status, self.now, _STANDING)]

    @property
    def _owned(self) -> ColumnElement[bool]:
        return agents.c.owner == self.owner


ALL: Final = AgentFilter()


def count_agents(connection: Connection, wanted: AgentFilter = ALL) -> int:
    """How many agents there are.

    Args:
        connection: A transaction.
        wanted: Which.
    """
    counted = (select(func.count()).select_from(agents).where(way) for way in wanted.ways)
    return sum(int(connection.execute(each).scalar_one()) for each in counted)


def page_of_agents(
    connection: Connection,
    wanted: AgentFilter = ALL,
    *,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> Sequence[AnyRow]:
    """A page of agents, by number; of their URIs, which may be long, as much as is shown of many.

    Args:
        connection: A transaction.
        wanted: Which.
        limit: Most agents.
        offset: Agents to pass over.
        after: The last agent of the page before, in place of an offset.
    """
    numbers = select(agents.c.agent_id).order_by(agents.c.agent_id).limit(limit + offset)
    if after is not None:
        numbers = numbers.where(agents.c.agent_id > after)
    # Each way has an order in the index: one walk over several would have to sort.
    each = (select(numbers.where(way).subquery()) for way in wanted.ways)
    merged = union_all(*each).subquery()
    chosen = select(merged.c.agent_id).order_by(merged.c.agent_id).limit(limit).offset(offset)
    shown = [_BEGINNING if column is agents.c.uri else column for column in agents.c]
    query = select(*shown).where(agents.c.agent_id.in_(select(chosen.subquery())))
    return connection.execute(query.order_by(agents.c.agent_id)).all()


def deposits_in(connection: Connection, agent_id: int, tx_hash: str) -> Sequence[AnyRow]:
    """The `Staked` events of an agent in a transaction."""
    wanted = (
        (events.c.agent_id == agent_id)
        & (events.c.tx_hash == tx_hash)
        & (events.c.contract == "StakeRegistry")
        & (events.c.name == "Staked")
    )
    return connection.execute(select(events).where(wanted)).all()


def find_vault(connection: Connection, contract: str) -> AnyRow | None:
    """The row of RunEscrow or StakeRegistry, or None before its first event."""
    return connection.execute(select(vaults).where(vaults.c.contract == contract)).one_or_none()
