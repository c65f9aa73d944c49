"""Who relays what is queued in this database, how much its account holds, whether it is at work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, insert, select, update

from agentescrow.store.people.tables import relayer


@dataclass(frozen=True, slots=True)
class RelayerState:
    """What the relayer said of itself last.

    Args:
        account: Whose ETH is spent.
        balance: Gwei, rounded down.
        seen_at: Unix second, by its machine's clock.
        problem: Why it has stopped for good, or None.
    """

    account: str
    balance: int
    seen_at: int
    problem: str | None = None


def relayer_state(connection: Connection) -> RelayerState | None:
    """What was said last, or None where nobody has ever relayed from here."""
    row = connection.execute(select(*_COLUMNS)).one_or_none()
    return None if row is None else RelayerState(*row)


def report_relayer(connection: Connection, state: RelayerState) -> None:
    """Say it.

    Args:
        connection: A transaction that writes; one at a time.
        state: As it is now.
    """
    values = asdict(state)
    if connection.execute(update(relayer).values(values)).rowcount == 0:
        connection.execute(insert(relayer).values(id=1, **values))


_COLUMNS: Final = [relayer.c[name] for name in RelayerState.__dataclass_fields__]
