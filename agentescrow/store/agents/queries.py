"""Single agents, lists of agents, and their deposits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    exists,
    func,
    literal_column,
    select,
    union_all,
)

from agentescrow.domain.agent import Agent, AgentStatus
from agentescrow.domain.constants import MAX_TEXT
from agentescrow.store.agents.statuses import status_conditions
from agentescrow.store.agents.tables import TIMELESS_STATUS, agents, operators
from agentescrow.store.kernel_tables import events
from agentescrow.store.schema import AnyRow

_STAKE_FIELDS: Final = tuple(Agent.__dataclass_fields__)
_SHORT_URI: Final = func.substr(agents.c.uri, 1, MAX_TEXT + 1).label("uri")
_UNINDEXED_STATUS: Final = TIMELESS_STATUS + literal_column("0")


def find_agent(connection: Connection, agent_id: int) -> AnyRow | None:
    """Read the row of an agent that the identity registry knows, or None."""
    known = select(agents).where(agents.c.agent_id == agent_id, agents.c.owner.is_not(None))
    return connection.execute(known).one_or_none()


def last_agent(connection: Connection) -> int:
    """Read the highest agent number ever, -1 before the first agent; the numbers have no gaps."""
    found = connection.execute(select(func.max(agents.c.agent_id))).scalar_one()
    return -1 if found is None else int(found)


def agents_after(connection: Connection, *, after: int, limit: int) -> Sequence[AnyRow]:
    """Read agents by number, including those with a burnt NFT.

    Args:
        connection: Transaction to read in.
        after: Number after which to begin.
        limit: Most agents to return.
    """
    wanted = select(agents).where(agents.c.agent_id > after).order_by(agents.c.agent_id)
    return connection.execute(wanted.limit(limit)).all()


@dataclass(frozen=True, slots=True)
class AgentFilter:
    """Conditions on the agents that the identity registry knows.

    Args:
        owner: In checksum case; None for any.
        status: Status at `now`; None for any.
        now: Unix seconds.
    """

    owner: str | None = None
    status: AgentStatus | None = None
    now: int = 0

    @property
    def alternatives(self) -> list[ColumnElement[bool]]:
        """Conditions of which a matching row meets exactly one."""
        if self.status is None:
            return [agents.c.owner.is_not(None) if self.owner is None else self._owned]
        if self.owner is None:
            return status_conditions(self.status, self.now)
        # An owner has few agents: the index of owners finds them faster than that of statuses.
        conditions = status_conditions(self.status, self.now, _UNINDEXED_STATUS)
        return [self._owned & each for each in conditions]

    @property
    def _owned(self) -> ColumnElement[bool]:
        return agents.c.owner == self.owner


ALL: Final = AgentFilter()


def count_agents(connection: Connection, wanted: AgentFilter = ALL) -> int:
    """Count the agents that match a filter."""
    counted = (select(func.count()).select_from(agents).where(each) for each in wanted.alternatives)
    return sum(int(connection.execute(each).scalar_one()) for each in counted)


def page_of_agents(
    connection: Connection,
    wanted: AgentFilter = ALL,
    *,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> Sequence[AnyRow]:
    """Read a page of agents by number, with URIs cut to what a list shows.

    Args:
        connection: Transaction to read in.
        wanted: Conditions on the agents.
        limit: Most agents to return.
        offset: Agents to skip.
        after: Last number of the page before, instead of an offset.
    """
    numbers = select(agents.c.agent_id).order_by(agents.c.agent_id).limit(limit + offset)
    if after is not None:
        numbers = numbers.where(agents.c.agent_id > after)
    # The index is ordered within each alternative; one walk over several would have to sort.
    each = (select(numbers.where(condition).subquery()) for condition in wanted.alternatives)
    merged = union_all(*each).subquery()
    chosen = select(merged.c.agent_id).order_by(merged.c.agent_id).limit(limit).offset(offset)
    shown = [_SHORT_URI if column is agents.c.uri else column for column in agents.c]
    query = select(*shown).where(agents.c.agent_id.in_(select(chosen.subquery())))
    return connection.execute(query.order_by(agents.c.agent_id)).all()


def deposits_in(connection: Connection, agent_id: int, tx_hash: str) -> Sequence[AnyRow]:
    """Read the `Staked` events of an agent in a transaction of the chain."""
    wanted = (
        (events.c.agent_id == agent_id)
        & (events.c.tx_hash == tx_hash)
        & (events.c.contract == "StakeRegistry")
        & (events.c.name == "Staked")
    )
    return connection.execute(select(events).where(wanted)).all()


def is_operator(connection: Connection, agent: Row[tuple[Any, ...]], account: str) -> bool:
    """Whether an account may act for an agent: owner, wallet, approved, operator of the owner.

    Args:
        connection: Transaction to read in.
        agent: Row of `agents` with a known owner.
        account: In checksum case.
    """
    if account in (agent.owner, agent.wallet, agent.approved):
        return True
    for_all = select(operators).where(
        operators.c.owner == agent.owner, operators.c.operator == account
    )
    return connection.execute(for_all).one_or_none() is not None


def owns_locked_stake(account: str) -> ColumnElement[bool]:
    """Return the condition that an account, in checksum case, owns an agent with locked stake."""
    return exists().where(agents.c.owner == account, agents.c.locked > 0)


def agent_of(row: Row[tuple[Any, ...]]) -> Agent:
    """Convert a row of `agents` into the stake record of the domain."""
    return Agent(**{name: getattr(row, name) for name in _STAKE_FIELDS})
