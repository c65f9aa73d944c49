"""Markets that agents' owners allow, in the place of markets that are announced (STAKE-9).

Rows of before are of contracts with other rules, and say too little: which markets the constructor
named, what each market has locked. So all that comes from the chain is emptied, and the next
`agentescrow index` reads it again from the first block. What does not come from the chain, relayed
requests and Idempotency-Keys, stays. The contracts of the new rules have new addresses, and a
database is of one set of contracts: a new deployment is indexed into a database of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_EMPTIED = ("runs", "run_counts", "events", "agents", "operators", "credits", "blocks", "undo")


def upgrade() -> None:
    """Create the tables anew, and begin with the first block again."""
    for table in _EMPTIED:
        op.execute(sa.delete(sa.table(table)))
    op.execute(sa.text("UPDATE position SET block_number = first_block - 1, problem = NULL"))
    op.drop_table("markets")
    op.create_table(
        "markets",
        sa.Column("market", sa.String(length=42), nullable=False),
        sa.Column("of_constructor", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("market", name=op.f("pk_markets")),
    )
    op.create_table(
        "market_allowances",
        sa.Column("agent_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("market", sa.String(length=42), nullable=False),
        sa.Column("owner", sa.String(length=42), nullable=True),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "market", name=op.f("pk_market_allowances")),
    )
    op.drop_table("vaults")
    op.create_table(
        "vaults",
        sa.Column("contract", sa.String(length=20), nullable=False),
        sa.Column("created_in", sa.String(length=66), nullable=True),
        sa.Column("owner", sa.String(length=42), nullable=True),
        sa.Column("treasury", sa.String(length=42), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("fees", sa.BigInteger(), nullable=False),
        sa.Column("fees_earned", sa.BigInteger(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contract", name=op.f("pk_vaults")),
    )
