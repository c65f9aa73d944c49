"""What clients' Idempotency-Keys stand for: one meaning, one relayed request, one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    delete,
    insert,
    or_,
    select,
    update,
)

from agentescrow.store.tables import metadata

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("meaning", String(64), nullable=False),  # digest of path and body, less the signature
    Column("request_id", String(66)),  # of `relays`; NULL until a signed request came
    Column("reserved_at", BigInteger),  # when that request was put there, unix seconds
    Column("answer", Text),  # of the first success
    Column("created_at", BigInteger, nullable=False),  # unix second, by this machine's clock
    Index("ix_idempotency_keys_created_at", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """What a key stands for.

    Args:
        meaning: Digest of what was asked for.
        request_id: The one signed request that is relayed for it, or None.
        reserved_at: When that was decided, unix seconds.
        answer: Of the first success, or None.
    """

    meaning: str
    request_id: str | None
    reserved_at: int | None
    answer: str | None


def find_key(connection: Connection, key: str) -> Key | None:
    """What a key stands for, or None where it is new."""
    columns = [idempotency_keys.c[name] for name in Key.__dataclass_fields__]
    row = connection.execute(select(*columns).where(idempotency_keys.c.key == key)).one_or_none()
    return None if row is None else Key(*row)


def keep_key(connection: Connection, key: str, meaning: str, now: int) -> None:
    """Say what a new key stands for.

    Args:
        connection: A transaction that writes.
        key: The key.
        meaning: Digest of what is asked for.
        now: Unix seconds.
    """
    connection.execute(insert(idempotency_keys).values(key=key, meaning=meaning, created_at=now))


def reserve(
    connection: Connection, key: str, request_id: str, now: int, *, instead_of: str | None = None
) -> bool:
    """Let one signed request be the one of a key.

    Args:
        connection: A transaction that writes.
        key: The key.
        request_id: The request.
        now: Unix seconds.
        instead_of: A request that was the one and is known to have come to nothing.

    Returns:
        False where another request is the one.
    """
    column = idempotency_keys.c
    free = or_(column.request_id.is_(None), column.request_id.in_([request_id, instead_of or ""]))
    done = connection.execute(
        update(idempotency_keys)
        .where(column.key == key, free)
        .values(request_id=request_id, reserved_at=now)
    )
    return done.rowcount == 1


def release(connection: Connection, key: str, request_id: str) -> None:
    """Take back that a request is the one of a key: it was refused, and nothing was sent."""
    connection.execute(
        update(idempotency_keys)
        .where(idempotency_keys.c.key == key, idempotency_keys.c.request_id == request_id)
        .values(request_id=None, reserved_at=None)
    )


def keep_answer(connection: Connection, key: str, answer: str) -> None:
    """Keep the answer that a key gets from now on, unless it has one.

    Args:
        connection: A transaction that writes.
        key: The key.
        answer: JSON.
    """
    column = idempotency_keys.c
    connection.execute(
        update(idempotency_keys)
        .where(column.key == key, column.answer.is_(None))
        .values(answer=answer)
    )


def forget_keys(connection: Connection, *, before: int) -> None:
    """Forget keys that came before a unix second."""
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < before))
