"""Addresses of the followed contracts by name, in one column, so that contracts can be added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_KEPT = "id, chain_id, first_block, block_number, head, seen_at, problem"
_CONTRACTS = (
    """'{"RunEscrow":"' || escrow || '","StakeRegistry":"' || registry"""
    """ || '","IdentityRegistry":"' || identity || '"}'"""
)


def upgrade() -> None:
    """Recreate the table with its row."""
    op.execute(sa.text("CREATE TABLE position_before AS SELECT * FROM position"))
    op.drop_table("position")
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("contracts", sa.Text(), nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.execute(
        sa.text(
            f"INSERT INTO position ({_KEPT}, contracts) "
            f"SELECT {_KEPT}, {_CONTRACTS} FROM position_before"
        )
    )
    op.drop_table("position_before")
