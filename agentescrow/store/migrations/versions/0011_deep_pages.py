"""What keeps deep pages cheap: no row is read for what is passed over."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the indexes, one in the place of another."""
    op.create_index(op.f("ix_runs_run_id_reward"), "runs", ["run_id", "reward"])
    op.create_index(op.f("ix_runs_state_run_id_reward"), "runs", ["state", "run_id", "reward"])
    op.drop_index(op.f("ix_runs_state_run_id"), "runs")
