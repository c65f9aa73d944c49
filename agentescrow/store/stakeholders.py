"""Accounts with money at risk: one condition for each noun that binds money."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from agentescrow.store.agents.queries import owns_locked_stake
from agentescrow.store.runs.queries import posted_funded_run


def has_money_at_risk(connection: Connection, account: str) -> bool:
    """Whether an account, in checksum case, has USDC at risk in the contracts (API-4)."""
    conditions = (posted_funded_run(account), owns_locked_stake(account))
    return bool(connection.execute(select(or_(*conditions))).scalar_one())
