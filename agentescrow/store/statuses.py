"""Agents' statuses as conditions of SQL: the rules of `domain.agent.status_of`, at a time."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    BAN_STRIKES,
    ESTABLISHED_AFTER,
    ESTABLISHED_COMPLETIONS,
    MIN_STAKE,
)
from agentescrow.store.tables import agents


def has_status(status: AgentStatus, now: int) -> ColumnElement[bool]:
    """Whether an agent has a status.

    Args:
        status: The status.
        now: Unix seconds.
    """
    banned = agents.c.strikes >= BAN_STRIKES
    frozen = and_(not_(banned), agents.c.frozen)
    sound = and_(not_(banned), not_(agents.c.frozen))
    staked = and_(sound, agents.c.staked >= MIN_STAKE)
    climbed = and_(
        agents.c.completions >= ESTABLISHED_COMPLETIONS,
        agents.c.completions > agents.c.rejections,
        agents.c.staked_at <= now - ESTABLISHED_AFTER,
    )
    return {
        AgentStatus.BANNED: banned,
        AgentStatus.FROZEN: frozen,
        AgentStatus.UNVERIFIED: and_(sound, agents.c.staked < MIN_STAKE),
        AgentStatus.ESTABLISHED: and_(staked, climbed),
        AgentStatus.PROVISIONAL: and_(staked, not_(climbed)),
    }[status]
