"""Relayed requests and the transactions that carry them. The relayer's own tables.

They are written before anything is sent, so that a killed relayer goes on where it was. A request
has one nonce of the relayer's account, and every transaction for it has that nonce: however often
it is sent, one of them can be mined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from agentescrow.store.tables import metadata

relays: Final = Table(
    "relays",
    metadata,
    Column("request_id", String(66), primary_key=True),  # EIP-712 digest of the request
    Column("sequence", BigInteger, nullable=False, unique=True),  # order of acceptance
    Column("signer", String(42), nullable=False),
    Column("signer_nonce", String(78), nullable=False),  # of the forwarder, a uint256
    Column("target", String(42), nullable=False),
    Column("execute", Text, nullable=False),  # calldata of the forwarder, 0x and hex
    Column("gas", BigInteger, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),  # unix second, by this machine's clock
    Column("sender", String(42)),  # the relayer's account and its nonce; NULL while queued
    Column("nonce", BigInteger),
    Column("status", String(10), nullable=False),  # pending, mined, failed
    Column("settled", Boolean, nullable=False),  # deep enough not to be asked for any more
    Column("tx_hash", String(66)),
    Column("block_number", BigInteger),
    Column("problem", Text),
    Index("ix_relays_sender_nonce", "sender", "nonce", unique=True),
    Index("ix_relays_settled_sequence", "settled", "sequence"),
    Index("ix_relays_signer_accepted_at", "signer", "accepted_at"),
)

relay_transactions: Final = Table(
    "relay_transactions",
    metadata,
    Column("tx_hash", String(66), primary_key=True),
    Column("request_id", String(66), nullable=False),
    Column("nonce", BigInteger, nullable=False),  # of the relayer's account
    Column("raw", Text, nullable=False),  # signed, 0x and hex
    Column("max_fee", BigInteger, nullable=False),  # wei a gas
    Column("tip", BigInteger, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    Index("ix_relay_transactions_request_id", "request_id"),
)

PENDING: Final = "pending"
MINED: Final = "mined"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Relay:
    """A request that the relayer has accepted.

    Args:
        request_id: Its EIP-712 digest.
        signer: In whose name.
        signer_nonce: Of the forwarder.
        target: Contract called.
        execute: Calldata of the forwarder.
        gas: Of the whole transaction.
        accepted_at: Unix second, by this machine's clock.
        nonce: Of the relayer's account, or None while queued.
        status: PENDING, MINED or FAILED.
        tx_hash: Of the transaction that was mined, or that was sent last.
        block_number: Where it was mined.
        problem: Why it failed, for people.
    """

    request_id: str
    signer: str
    signer_nonce: int
    target: str
    execute: str
    gas: int
    accepted_at: int
    nonce: int | None = None
    status: str = PENDING
    tx_hash: str | None = None
    block_number: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RelayTransaction:
    """A signed transaction that carries a request.

    Args:
        tx_hash: Its hash.
        request_id: The request.
        nonce: Of the relayer's account.
        raw: As it is sent.
        max_fee: Wei a gas.
        tip: Wei a gas.
        signed_at: Unix second, by this machine's clock.
    """

    tx_hash: str
    request_id: str
    nonce: int
    raw: str
    max_fee: int
    tip: int
    signed_at: int


def accept(connection: Connection, accepted: Iterable[Relay]) -> None:
    """Put requests into the queue, in order."""
    last = connection.execute(select(func.max(relays.c.sequence))).scalar() or 0
    rows = [
        {
            "request_id": relay.request_id,
            "sequence": last + place,
            "signer": relay.signer,
            "signer_nonce": str(relay.signer_nonce),
            "target": relay.target,
            "execute": relay.execute,
            "gas": relay.gas,
            "accepted_at": relay.accepted_at,
            "status": PENDING,
            "settled": False,
        }
        for place, relay in enumerate(accepted, start=1)
    ]
    if rows:
        connection.execute(insert(relays), rows)


def find_relay(connection: Connection, request_id: str) -> Relay | None:
    """A request by its id, or None."""
    row = connection.execute(_SELECT.where(relays.c.request_id == request_id)).one_or_none()
    return None if row is None else _relay(row)


def pending_of(connection: Connection, signer: str) -> list[Relay]:
    """A signer's requests that are not mined yet, in their order."""
    wanted = (relays.c.signer == signer) & ~relays.c.settled & (relays.c.status == PENDING)
    rows = connection.execute(_SELECT.where(wanted).order_by(relays.c.sequence))
    return [_relay(row) for row in rows]


def accepted_since(connection: Connection, signer: str, since: int) -> int:
    """How many requests of a signer were accepted from a unix second on."""
    wanted = (relays.c.signer == signer) & (relays.c.accepted_at >= since)
    counted = select(func.count()).select_from(relays).where(wanted)
    return int(connection.execute(counted).scalar_one())


def queued(connection: Connection, limit: int) -> list[Relay]:
    """The requests that have no nonce yet, oldest first."""
    wanted = ~relays.c.settled & relays.c.nonce.is_(None) & (relays.c.status == PENDING)
    rows = connection.execute(_SELECT.where(wanted).order_by(relays.c.sequence).limit(limit))
    return [_relay(row) for row in rows]


def under_way(connection: Connection, sender: str, limit: int) -> list[Relay]:
    """The requests with a nonce that may still change, lowest nonce first."""
    wanted = ~relays.c.settled & (relays.c.sender == sender)
    rows = connection.execute(_SELECT.where(wanted).order_by(relays.c.nonce).limit(limit))
    return [_relay(row) for row in rows]


def next_nonce(connection: Connection, sender: str) -> int:
    """The nonce after the highest that was given, 0 where there is none."""
    highest = select(func.max(relays.c.nonce)).where(relays.c.sender == sender)
    found = connection.execute(highest).scalar()
    return 0 if found is None else int(found) + 1


def give_nonces(connection: Connection, sender: str, nonces: Sequence[tuple[str, int]]) -> None:
    """Bind requests to nonces of the relayer's account.

    Args:
        connection: A transaction, in which their transactions are kept too.
        sender: The relayer's account.
        nonces: Request ids and nonces.
    """
    rows = [{"id": request_id, "given": nonce} for request_id, nonce in nonces]
    if rows:
        given = update(relays).where(relays.c.request_id == bindparam("id"))
        connection.execute(given.values(sender=sender, nonce=bindparam("given")), rows)


def keep_transactions(connection: Connection, signed: Sequence[RelayTransaction]) -> None:
    """Remember signed transactions, before they are sent."""
    if signed:
        columns = RelayTransaction.__dataclass_fields__
        rows = [{name: getattr(each, name) for name in columns} for each in signed]
        connection.execute(insert(relay_transactions), rows)


def transactions_of(
    connection: Connection, request_ids: Sequence[str]
) -> dict[str, list[RelayTransaction]]:
    """The transactions of requests, latest first, by request id."""
    columns = [relay_transactions.c[name] for name in RelayTransaction.__dataclass_fields__]
    wanted = select(*columns).where(relay_transactions.c.request_id.in_(request_ids))
    found: dict[str, list[RelayTransaction]] = {request_id: [] for request_id in request_ids}
    for row in connection.execute(wanted.order_by(relay_transactions.c.max_fee.desc())):
        found[row.request_id].append(RelayTransaction(*row))
    return found


def settle(
    connection: Connection, relay: Relay, *, status: str, deep: bool, problem: str | None = None
) -> None:
    """Say what has become of a request.

    Args:
        connection: A transaction.
        relay: With the `tx_hash` and `block_number` that it is to have.
        status: PENDING, MINED or FAILED.
        deep: Whether that is for good.
        problem: Why it failed.
    """
    values = {"status": status, "settled": deep, "problem": problem}
    values |= {"tx_hash": relay.tx_hash, "block_number": relay.block_number}
    connection.execute(update(relays).where(relays.c.request_id == relay.request_id).values(values))


def take_back_nonce(connection: Connection, relay: Relay) -> None:
    """Queue a request again whose nonce another transaction of the account has used."""
    connection.execute(
        update(relays)
        .where(relays.c.request_id == relay.request_id)
        .values(sender=None, nonce=None, tx_hash=None, status=PENDING)
    )


_COLUMNS: Final = [relays.c[name] for name in Relay.__dataclass_fields__]
_SELECT: Final = select(*_COLUMNS)


def _relay(row: Sequence[object]) -> Relay:
    values = dict(zip(Relay.__dataclass_fields__, row, strict=True))
    values["signer_nonce"] = int(str(values["signer_nonce"]))
    return Relay(**values)  # type: ignore[arg-type]
