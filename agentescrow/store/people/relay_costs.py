"""What relayed requests cost, in gwei: at most while they are under way, then what they did."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from agentescrow.store.people.relays import PENDING
from agentescrow.store.people.tables import relays


def costs_since(connection: Connection, since: int) -> dict[int, int]:
    """By lane, of all that was accepted from a unix second on."""
    wanted = select(relays.c.lane, func.sum(relays.c.cost)).where(relays.c.accepted_at >= since)
    return {lane: int(cost) for lane, cost in connection.execute(wanted.group_by(relays.c.lane))}


def costs_of(connection: Connection, signer: str, since: int) -> int:
    """Of what was accepted of a signer from a unix second on."""
    wanted = (relays.c.signer == signer) & (relays.c.accepted_at >= since)
    summed = select(func.coalesce(func.sum(relays.c.cost), 0)).where(wanted)
    return int(connection.execute(summed).scalar_one())


def costs_under_way(connection: Connection) -> int:
    """Of what is not mined yet, so that the account still has to pay for it."""
    wanted = ~relays.c.settled & (relays.c.status == PENDING)
    summed = select(func.coalesce(func.sum(relays.c.cost), 0)).where(wanted)
    return int(connection.execute(summed).scalar_one())
