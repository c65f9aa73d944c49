"""Agent statuses as SQL conditions: the rules of `domain.agent.status_of`, as of a time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Integer, and_, literal_column

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import ESTABLISHED_AFTER
from agentescrow.store.agents.tables import TIMELESS_STATUS, agents

# Literals as in `TIMELESS_STATUS`: with parameters, SQLite would not use its index.
_UNVERIFIED, _PROVISIONAL, _QUALIFIED, _FROZEN, _BANNED = (
    literal_column(str(each), Integer) for each in range(5)
)
_INDEPENDENT_OF_TIME: Final = {
    AgentStatus.UNVERIFIED: _UNVERIFIED,
    AgentStatus.FROZEN: _FROZEN,
    AgentStatus.BANNED: _BANNED,
}


def status_conditions(
    status: AgentStatus, now: int, timeless: ColumnElement[int] = TIMELESS_STATUS
) -> list[ColumnElement[bool]]:
    """Return conditions of which a row meets exactly one if the agent has the status.

    Args:
        status: Status to look for.
        now: Unix seconds.
        timeless: `TIMELESS_STATUS`, or another expression of the same value to avoid its index.
    """
    latest = now - ESTABLISHED_AFTER
    if status in _INDEPENDENT_OF_TIME:
        return [timeless == _INDEPENDENT_OF_TIME[status]]
    if status is AgentStatus.ESTABLISHED:
        return [and_(timeless == _QUALIFIED, agents.c.staked_at <= latest)]
    return [
        timeless == _PROVISIONAL,
        and_(timeless == _QUALIFIED, agents.c.staked_at > latest),
    ]
