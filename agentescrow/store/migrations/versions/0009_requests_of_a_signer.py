"""What signers have asked the relayer for; of requests of before nobody has noted it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns and the index."""
    op.add_column("relays", sa.Column("function", sa.String(length=40), nullable=True))
    op.add_column("relays", sa.Column("run_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_relays_signer_sequence", "relays", ["signer", "sequence"])
