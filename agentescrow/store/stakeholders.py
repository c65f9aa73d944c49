"""Who has something at risk: an agent's owner with locked stake, a poster with a funded run."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, exists, or_, select

from agentescrow.domain.constants import MIN_COUNTED_REWARD
from agentescrow.domain.runs.run import FUNDED_STATES
from agentescrow.store.tables import agents, runs

_FUNDED: Final = sorted(FUNDED_STATES)


def has_standing(connection: Connection, account: str) -> bool:
    """Whether an account has USDC at risk in the contracts.

    A run of less than a counted reward (RUN-22) is none: it would cost nothing to have one.

    Args:
        connection: The index.
        account: In checksum case.
    """
    posted = exists().where(
        runs.c.poster == account,
        runs.c.state.in_(_FUNDED),
        runs.c.reward >= MIN_COUNTED_REWARD,
    )
    staked = exists().where(agents.c.owner == account, agents.c.locked > 0)
    return bool(connection.execute(select(or_(posted, staked))).scalar_one())
