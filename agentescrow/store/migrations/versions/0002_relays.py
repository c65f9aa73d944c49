"""The relayer's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "relays",
        sa.Column("request_id", sa.String(length=66), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("signer", sa.String(length=42), nullable=False),
        sa.Column("signer_nonce", sa.String(length=78), nullable=False),
        sa.Column("target", sa.String(length=42), nullable=False),
        sa.Column("execute", sa.Text(), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_block", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(length=42), nullable=True),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_relays")),
        sa.UniqueConstraint("sequence"),
    )
    op.create_index("ix_relays_sender_nonce", "relays", ["sender", "nonce"], unique=True)
    op.create_index("ix_relays_settled_sequence", "relays", ["settled", "sequence"])
    op.create_index("ix_relays_settled_sender_nonce", "relays", ["settled", "sender", "nonce"])
    op.create_index("ix_relays_signer_accepted_at", "relays", ["signer", "accepted_at"])
    op.create_table(
        "relay_transactions",
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("request_id", sa.String(length=66), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("max_fee", sa.BigInteger(), nullable=False),
        sa.Column("tip", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tx_hash", name=op.f("pk_relay_transactions")),
    )
    op.create_index("ix_relay_transactions_request_id", "relay_transactions", ["request_id"])
