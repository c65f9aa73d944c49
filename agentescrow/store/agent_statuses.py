"""Agents' statuses as conditions of SQL: the rules of `domain.agent.status_of`, at a time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Integer, and_, literal_column

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import ESTABLISHED_AFTER
from agentescrow.store.tables import STANDING, agents

# As they stand in `STANDING`, and not as parameters.
_UNVERIFIED, _PROVISIONAL, _QUALIFIED, _FROZEN, _BANNED = (
    literal_column(str(each), Integer) for each in range(5)
)
_TIMELESS: Final = {
    AgentStatus.UNVERIFIED: _UNVERIFIED,
    AgentStatus.FROZEN: _FROZEN,
    AgentStatus.BANNED: _BANNED,
}


def ways_to(
    status: AgentStatus, now: int, standing: ColumnElement[int] = STANDING
) -> list[ColumnElement[bool]]:
    """The ways to have a status, of which an agent has one at most.

    Args:
        status: The status.
        now: Unix seconds.
        standing: The expression of an index; another of the same value where it is not to be taken.
    """
    long_ago = now - ESTABLISHED_AFTER
    if status in _TIMELESS:
        return [standing == _TIMELESS[status]]
    if status is AgentStatus.ESTABLISHED:
        return [and_(standing == _QUALIFIED, agents.c.staked_at <= long_ago)]
    return [
        standing == _PROVISIONAL,
        and_(standing == _QUALIFIED, agents.c.staked_at > long_ago),
    ]
