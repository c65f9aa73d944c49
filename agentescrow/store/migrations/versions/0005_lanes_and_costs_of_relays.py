"""What relayed requests cost, in which lane they are, and who relays them.

Requests of before are in the last lane; what they cost is not known, and counts as nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_COLUMNS = (
    ("forwarded", sa.Boolean(), sa.true()),
    ("lane", sa.SmallInteger(), sa.text("2")),
    ("cost", sa.BigInteger(), sa.text("0")),
)


def upgrade() -> None:
    """Add columns, an index, and the relayer's own row."""
    for name, kind, before in _COLUMNS:
        op.add_column("relays", sa.Column(name, kind, nullable=False, server_default=before))
    op.create_index("ix_relays_accepted_at", "relays", ["accepted_at", "lane", "cost"])
    op.create_table(
        "relayer",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relayer")),
    )
