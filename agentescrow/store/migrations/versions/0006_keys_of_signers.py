"""Idempotency-Keys of their signers, with the block that a kept answer is as of.

Of which block the answers of before are nobody knows: they are derived anew. Keys of which nothing
was relayed have no signer.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEPT = "meaning, request_id, reserved_at, created_at"


def upgrade() -> None:
    """Create the table anew, with the keys that belong to somebody."""
    op.execute(
        sa.text(
            f"CREATE TABLE keys_of_before AS SELECT signer, key, {_KEPT} "
            "FROM idempotency_keys JOIN relays USING (request_id)"
        )
    )
    op.drop_table("idempotency_keys")
    op.create_table(
        "idempotency_keys",
        sa.Column("signer", sa.String(length=42), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("meaning", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=66), nullable=True),
        sa.Column("reserved_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.String(length=66), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("signer", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.execute(
        sa.text(
            f"INSERT INTO idempotency_keys (signer, key, {_KEPT}) "
            f"SELECT signer, key, {_KEPT} FROM keys_of_before"
        )
    )
    op.drop_table("keys_of_before")
