"""What agents are filtered by: their status, but for the time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_STANDING = (
    "(CASE WHEN owner IS NULL THEN NULL WHEN strikes >= 3 THEN 4 WHEN frozen THEN 3"
    " WHEN staked < 20000000 THEN 0"
    " WHEN completions >= 5 AND completions > rejections THEN 2 ELSE 1 END)"
)


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_agents_standing", "agents", [sa.text(_STANDING), "agent_id", "staked_at"])
