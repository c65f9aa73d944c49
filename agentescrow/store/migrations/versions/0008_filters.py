"""What lists are filtered and sorted by: wallets, deadlines, what is due, and names of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_DUE = (
    "(CASE WHEN state IN (0, 1) THEN deadline"
    " WHEN state IN (2, 3) AND claimed_at + 604800 > deadline THEN claimed_at + 604800"
    " WHEN state IN (2, 3) THEN deadline"
    " WHEN state = 4 THEN submitted_at + review_days * 86400"
    " WHEN state = 6 THEN revision_due_at"
    " ELSE 253402300799 END)"
)


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("ix_events_name", "events", ["name", "block_number", "log_index"])
    op.create_index(
        op.f("ix_runs_state_deadline_reward_run_id"),
        "runs",
        ["state", "deadline", "reward", "run_id"],
    )
    op.create_index("ix_runs_state_due_run_id", "runs", ["state", sa.text(_DUE), "run_id"])
    op.create_index(
        "ix_runs_wallet",
        "runs",
        ["wallet", "state", "reward", "run_id"],
        sqlite_where=sa.text("wallet IS NOT NULL"),
        postgresql_where=sa.text("wallet IS NOT NULL"),
    )
