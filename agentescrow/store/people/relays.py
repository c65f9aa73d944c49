"""Relayed requests and the transactions that carry them.

They are written before anything is sent, so that a killed relayer goes on where it was. A request
has one nonce of the relayer's account, and every transaction for it has that nonce: however often
it is sent, one of them can be mined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)

from agentescrow.store.database import write_transaction
from agentescrow.store.people.tables import relay_transactions, relays

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
        execute: Calldata of the forwarder; of the contract itself where it is not forwarded.
        gas: Of the whole transaction.
        deadline: Last unix second at which it is valid, by the chain's clock.
        accepted_at: Unix second, by this machine's clock.
        accepted_block: The latest block then.
        lane: The lower, the earlier it is sent.
        cost: Gwei: at most, and once it is mined what it was.
        forwarded: Whether the forwarder passes it on.
        sender: The relayer's account, or None while queued.
        nonce: Of that account.
        status: PENDING, MINED or FAILED.
        settled: Whether that is for good.
        tx_hash: Of the transaction that was mined, or that was sent last.
        block_number: Where it was mined.
        problem: Why it failed, for people.
        function: What is called, of a batch the last; None for requests of earlier versions.
        run_id: The run that it moves, or None.
    """

    request_id: str
    signer: str
    signer_nonce: int
    target: str
    execute: str
    gas: int
    deadline: int
    accepted_at: int
    accepted_block: int
    lane: int = 0
    cost: int = 0
    forwarded: bool = True
    sender: str | None = None
    nonce: int | None = None
    status: str = PENDING
    settled: bool = False
    tx_hash: str | None = None
    block_number: int | None = None
    problem: str | None = None
    function: str | None = None
    run_id: int | None = None


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a request.

    Args:
        request_id: The request.
        status: PENDING, MINED or FAILED.
        deep: Whether that is for good.
        tx_hash: Of the transaction that was mined, or that was sent last.
        block_number: Where it was mined.
        problem: Why it failed, for people.
        cost: Gwei that it cost; None where that is not known.
    """

    request_id: str
    status: str
    deep: bool = False
    tx_hash: str | None = None
    block_number: int | None = None
    problem: str | None = None
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What is under way.

    Args:
        waiting: Requests that are not mined yet.
        oldest: Unix second at which the first of them was accepted, or None.
        failed: Requests that were accepted lately and failed.
    """

    waiting: int
    oldest: int | None
    failed: int


@contextmanager
def writing_relays(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes these tables, one at a time, so that none has to be tried again.

    Its view of the database begins when it has its turn. Readers do not wait.

    Args:
        engine: The database.
    """
    with write_transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE relays IN SHARE ROW EXCLUSIVE MODE"))
        yield connection


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
            "forwarded": relay.forwarded,
            "execute": relay.execute,
            "gas": relay.gas,
            "deadline": relay.deadline,
            "accepted_at": relay.accepted_at,
            "accepted_block": relay.accepted_block,
            "lane": relay.lane,
            "cost": relay.cost,
            "status": PENDING,
            "settled": False,
            "function": relay.function,
            "run_id": relay.run_id,
        }
        for place, relay in enumerate(accepted, start=1)
    ]
    if rows:
        connection.execute(insert(relays), rows)


def find_relay(connection: Connection, request_id: str) -> Relay | None:
    """A request by its id, or None."""
    row = connection.execute(_SELECT.where(relays.c.request_id == request_id)).one_or_none()
    return None if row is None else _relay(row)


def find_relays(connection: Connection, request_ids: Sequence[str]) -> dict[str, Relay]:
    """Those requests of many that were ever accepted, by id."""
    rows = connection.execute(_SELECT.where(relays.c.request_id.in_(request_ids)))
    return {relay.request_id: relay for relay in map(_relay, rows)}


def relays_of(
    connection: Connection, signer: str, *, limit: int, before: int | None = None
) -> list[tuple[int, Relay]]:
    """A signer's requests, the latest first, each with its place in the order of acceptance.

    Args:
        connection: The database.
        signer: In checksum case.
        limit: Most requests.
        before: Place of the last one of the page before.
    """
    wanted = select(relays.c.sequence, *_COLUMNS).where(relays.c.signer == signer)
    if before is not None:
        wanted = wanted.where(relays.c.sequence < before)
    rows = connection.execute(wanted.order_by(relays.c.sequence.desc()).limit(limit))
    return [(row[0], _relay(row[1:])) for row in rows]


def pending_nonces(connection: Connection, signer: str) -> set[int]:
    """The forwarder's nonces of a signer's requests that are not mined yet."""
    wanted = (relays.c.signer == signer) & ~relays.c.settled & (relays.c.status == PENDING)
    return {
        int(nonce)
        for nonce in connection.execute(select(relays.c.signer_nonce).where(wanted)).scalars()
    }


def accepted_since(connection: Connection, signer: str, since: int) -> int:
    """How many requests of a signer were accepted from a unix second on."""
    wanted = (relays.c.signer == signer) & (relays.c.accepted_at >= since)
    counted = select(func.count()).select_from(relays).where(wanted)
    return int(connection.execute(counted).scalar_one())


def queued(connection: Connection, limit: int) -> list[Relay]:
    """The requests that have no nonce yet, by lane, oldest first.

    The forwarder takes a signer's requests in their order, so those before an urgent one of the
    same signer are as urgent.
    """
    wanted = ~relays.c.settled & relays.c.nonce.is_(None) & (relays.c.status == PENDING)
    of_this_and_later = func.min(relays.c.lane).over(
        partition_by=relays.c.signer, order_by=relays.c.sequence.desc()
    )
    most_urgent = of_this_and_later.label("most_urgent")
    waiting = select(*_COLUMNS, relays.c.sequence, most_urgent).where(wanted).subquery()
    columns = [waiting.c[name] for name in Relay.__dataclass_fields__]
    ordered = select(*columns).order_by(waiting.c.most_urgent, waiting.c.sequence)
    return [_relay(row) for row in connection.execute(ordered.limit(limit))]


def queue(connection: Connection, since: int) -> Queue:
    """What is under way, in numbers.

    Args:
        connection: The database.
        since: Unix second from which on failures are counted.
    """
    wanted = ~relays.c.settled & (relays.c.status == PENDING)
    waiting = select(func.count(), func.min(relays.c.accepted_at)).where(wanted)
    bad = (relays.c.accepted_at >= since) & (relays.c.status == FAILED)
    failed = connection.execute(select(func.count()).select_from(relays).where(bad))
    number, oldest = connection.execute(waiting).one()
    return Queue(number, oldest, failed.scalar_one())


def unmined(connection: Connection, sender: str, limit: int) -> list[Relay]:
    """The requests with a nonce that are not known to be mined, lowest nonce first."""
    wanted = ~relays.c.settled & (relays.c.sender == sender) & (relays.c.status == PENDING)
    rows = connection.execute(_SELECT.where(wanted).order_by(relays.c.nonce).limit(limit))
    return [_relay(row) for row in rows]


def unsettled(
    connection: Connection,
    sender: str,
    *,
    next_nonce: int,
    deep_block: int,
    last_block: int,
    limit: int,
) -> list[Relay]:
    """The requests of which something is to be found out, lowest nonce first.

    Those are: not known to be mined though their nonce is used; known to be mined though it is
    not, their block being taken back; mined so deep that it can be looked up for
    good; and what another account has sent, whose key was exchanged for this one's.

    Args:
        connection: The database.
        sender: The relayer's account.
        next_nonce: How many of its transactions are mined.
        deep_block: The latest block that is for good.
        last_block: The highest that there may have been before the chain took blocks back.
        limit: How many at most.
    """
    ours, settled, used = relays.c.sender == sender, relays.c.settled, relays.c.nonce < next_nonce
    pending, deep = relays.c.status == PENDING, relays.c.block_number <= deep_block
    wanted = [
        ours & ~settled & ((pending & used) | (~pending & (~used | deep))),
        ours & ~used & settled & (relays.c.block_number <= last_block),
        ~ours & ~settled & (pending | deep),
    ]
    return [
        _relay(row)
        for each in wanted
        for row in connection.execute(_SELECT.where(each).order_by(relays.c.nonce).limit(limit))
    ]


def nonces_from(connection: Connection, sender: str, first: int) -> set[int]:
    """The nonces from `first` on that requests have."""
    wanted = (relays.c.sender == sender) & (relays.c.nonce >= first)
    return set(connection.execute(select(relays.c.nonce).where(wanted)).scalars())


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
    """Remember signed transactions, before they are sent; the same one again is no new one."""
    kept = kept_transactions(connection, [each.tx_hash for each in signed])
    columns = RelayTransaction.__dataclass_fields__
    rows = [
        {name: getattr(each, name) for name in columns}
        for each in signed
        if each.tx_hash not in kept
    ]
    if rows:
        connection.execute(insert(relay_transactions), rows)


def kept_transactions(connection: Connection, hashes: Sequence[str]) -> set[str]:
    """Those of many transactions that were signed here."""
    wanted = relay_transactions.c.tx_hash.in_(hashes)
    return set(connection.execute(select(relay_transactions.c.tx_hash).where(wanted)).scalars())


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


def settle(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Say what has become of requests.

    Args:
        connection: A transaction.
        outcomes: One a request.
    """
    rows = [
        {
            "id": each.request_id,
            "status": each.status,
            "settled": each.deep,
            "tx_hash": each.tx_hash,
            "block_number": each.block_number,
            "problem": each.problem,
            "paid": each.cost,
        }
        for each in outcomes
    ]
    if rows:
        told = update(relays).where(relays.c.request_id == bindparam("id"))
        paid = func.coalesce(bindparam("paid", type_=BigInteger), relays.c.cost)
        connection.execute(told.values(cost=paid), rows)


def take_back_nonces(connection: Connection, request_ids: Sequence[str]) -> None:
    """Queue requests again whose nonces other transactions of the account have used."""
    connection.execute(
        update(relays)
        .where(relays.c.request_id.in_(request_ids))
        .values(sender=None, nonce=None, tx_hash=None, block_number=None, status=PENDING)
    )


_COLUMNS: Final = [relays.c[name] for name in Relay.__dataclass_fields__]
_SELECT: Final = select(*_COLUMNS)


def _relay(row: Sequence[object]) -> Relay:
    values = dict(zip(Relay.__dataclass_fields__, row, strict=True))
    values["signer_nonce"] = int(str(values["signer_nonce"]))
    return Relay(**values)  # type: ignore[arg-type]
