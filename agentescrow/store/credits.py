"""What USDC refused to pay (RUN-16)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from agentescrow.store.tables import credits


def credits_of(connection: Connection, account: str) -> dict[str, int]:
    """What each contract owes an account, base units, by the contract's name.

    Args:
        connection: A transaction.
        account: In checksum case.
    """
    wanted = select(credits.c.contract, credits.c.amount).where(credits.c.account == account)
    return {row.contract: row.amount for row in connection.execute(wanted)}
