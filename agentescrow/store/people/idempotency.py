"""What signers' Idempotency-Keys stand for: one meaning, one relayed request, one answer.

A key is its signer's own: the same text of another signer is another key.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from agentescrow.store.kernel_tables import blocks
from agentescrow.store.people.tables import idempotency_keys
from agentescrow.store.position import Block


@dataclass(frozen=True, slots=True)
class KeyName:
    """Which key.

    Args:
        signer: Whose, in checksum case.
        text: Of the signer's choice.
    """

    signer: str
    text: str

    @property
    def _is_it(self) -> ColumnElement[bool]:
        column = idempotency_keys.c
        return (column.signer == self.signer) & (column.key == self.text)


@dataclass(frozen=True, slots=True)
class Key:
    """What a key stands for.

    Args:
        meaning: Digest of what was asked for.
        request_id: The one signed request that is relayed for it, or None.
        reserved_at: When that was decided, unix seconds.
        answer: Of the first success, or None; also where the chain has taken its block back.
    """

    meaning: str
    request_id: str | None
    reserved_at: int | None
    answer: str | None


def find_key(connection: Connection, name: KeyName) -> Key | None:
    """What a key stands for, or None where it is new."""
    column = idempotency_keys.c
    wanted = select(
        column.meaning,
        column.request_id,
        column.reserved_at,
        column.answer,
        column.block_number,
        column.block_hash,
    )
    row = connection.execute(wanted.where(name._is_it)).one_or_none()
    if row is None:
        return None
    stands = row.answer is not None and _stands(connection, row.block_number, row.block_hash)
    return Key(row.meaning, row.request_id, row.reserved_at, row.answer if stands else None)


def _stands(connection: Connection, number: int, block_hash: str) -> bool:
    """Whether a block is one of the chain yet: blocks that are not kept any more are for good."""
    latest = select(blocks.c.number).order_by(blocks.c.number.desc()).limit(1)
    found = select(blocks.c.hash).where(blocks.c.number == number)
    indexed = connection.execute(latest).scalar_one_or_none()
    kept = connection.execute(found).scalar_one_or_none()
    return indexed is not None and indexed >= number and kept in (None, block_hash)


def keep_key(connection: Connection, name: KeyName, meaning: str, now: int) -> None:
    """Say what a new key stands for.

    Args:
        connection: A transaction that writes.
        name: The key.
        meaning: Digest of what is asked for.
        now: Unix seconds.
    """
    row = {"signer": name.signer, "key": name.text, "meaning": meaning, "created_at": now}
    connection.execute(insert(idempotency_keys).values(row))


def reserve(
    connection: Connection,
    name: KeyName,
    request_id: str,
    now: int,
    *,
    instead_of: str | None = None,
) -> bool:
    """Let one signed request be the one of a key.

    Args:
        connection: A transaction that writes.
        name: The key.
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
        .where(name._is_it, free)
        .values(request_id=request_id, reserved_at=now)
    )
    return done.rowcount == 1


def release(connection: Connection, name: KeyName, request_id: str) -> None:
    """Take back that a request is the one of a key: it was refused, and nothing was sent."""
    connection.execute(
        update(idempotency_keys)
        .where(name._is_it, idempotency_keys.c.request_id == request_id)
        .values(request_id=None, reserved_at=None)
    )


def keep_answer(connection: Connection, name: KeyName, answer: str, block: Block) -> None:
    """Keep the answer that a key gets from now on, while its block is one of the chain.

    Nothing is kept where the block was taken back since it was read.

    Args:
        connection: A transaction that writes.
        name: The key, which has no answer that stands.
        answer: JSON.
        block: That it is as of.
    """
    if not _stands(connection, block.number, block.hash):
        return
    kept = {"answer": answer, "block_number": block.number, "block_hash": block.hash}
    connection.execute(update(idempotency_keys).where(name._is_it).values(kept))


def forget_keys(connection: Connection, *, before: int) -> None:
    """Forget keys that came before a unix second."""
    connection.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < before))
