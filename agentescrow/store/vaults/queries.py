"""What contracts owe: their own row, and refused payouts."""

from __future__ import annotations

from sqlalchemy import Connection, select

from agentescrow.store.schema import AnyRow
from agentescrow.store.vaults.tables import credits, vaults


def find_vault(connection: Connection, contract: str) -> AnyRow | None:
    """Read the row of a contract by its name, or None before its first event."""
    return connection.execute(select(vaults).where(vaults.c.contract == contract)).one_or_none()


def is_paused(connection: Connection, contract: str) -> bool:
    """Whether a contract takes no new entries now (RUN-18)."""
    paused = select(vaults.c.paused).where(vaults.c.contract == contract)
    return bool(connection.execute(paused).scalar())


def credits_of(connection: Connection, account: str) -> dict[str, int]:
    """Read the payouts to an account that USDC refused (RUN-16).

    Args:
        connection: Transaction to read in.
        account: In checksum case.

    Returns:
        Base units by name of the contract that owes them.
    """
    wanted = select(credits.c.contract, credits.c.amount).where(credits.c.account == account)
    return {row.contract: row.amount for row in connection.execute(wanted)}
