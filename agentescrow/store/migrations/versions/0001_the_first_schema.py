"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "agents",
        sa.Column("agent_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=42), nullable=True),
        sa.Column("approved", sa.String(length=42), nullable=True),
        sa.Column("wallet", sa.String(length=42), nullable=True),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("staked", sa.BigInteger(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=False),
        sa.Column("staked_at", sa.BigInteger(), nullable=False),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("completions", sa.BigInteger(), nullable=False),
        sa.Column("rejections", sa.BigInteger(), nullable=False),
        sa.Column("strikes", sa.BigInteger(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("total_volume", sa.BigInteger(), nullable=False),
        sa.Column("updated_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agents")),
    )
    op.create_index(op.f("ix_agents_owner"), "agents", ["owner"], unique=False)
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=66), nullable=False),
        sa.Column("parent_hash", sa.String(length=66), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_blocks")),
    )
    op.create_table(
        "credits",
        sa.Column("contract", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contract", "account", name=op.f("pk_credits")),
    )
    op.create_table(
        "events",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_events_agent_id",
        "events",
        ["agent_id", "block_number", "log_index"],
        unique=False,
        sqlite_where=sa.text("agent_id IS NOT NULL"),
        postgresql_where=sa.text("agent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_events_run_id",
        "events",
        ["run_id", "block_number", "log_index"],
        unique=False,
        sqlite_where=sa.text("run_id IS NOT NULL"),
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_table(
        "markets",
        sa.Column("market", sa.String(length=42), nullable=False),
        sa.Column("usable_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("market", name=op.f("pk_markets")),
    )
    op.create_table(
        "operators",
        sa.Column("owner", sa.String(length=42), nullable=False),
        sa.Column("operator", sa.String(length=42), nullable=False),
        sa.PrimaryKeyConstraint("owner", "operator", name=op.f("pk_operators")),
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("escrow", sa.String(length=42), nullable=False),
        sa.Column("registry", sa.String(length=42), nullable=False),
        sa.Column("identity", sa.String(length=42), nullable=False),
        sa.Column("first_block", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_table(
        "run_counts",
        sa.Column("state", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("prefix", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state", "level", "prefix", name=op.f("pk_run_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("poster", sa.String(length=42), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("reward", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("review_days", sa.SmallInteger(), nullable=False),
        sa.Column("max_revisions", sa.SmallInteger(), nullable=False),
        sa.Column("revisions", sa.SmallInteger(), nullable=False),
        sa.Column("min_status", sa.SmallInteger(), nullable=False),
        sa.Column("ipfs_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("funded_at", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("wallet", sa.String(length=42), nullable=True),
        sa.Column("stake", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("revision_due_at", sa.BigInteger(), nullable=True),
        sa.Column("abandoned", sa.Boolean(), nullable=False),
        sa.Column("deliverable", sa.Text(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=True),
        sa.Column("refund", sa.BigInteger(), nullable=True),
        sa.Column("compensation", sa.BigInteger(), nullable=True),
        sa.Column("updated_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )
    op.create_index(
        op.f("ix_runs_agent_id_state_reward_run_id"),
        "runs",
        ["agent_id", "state", "reward", "run_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_runs_poster_state_reward_run_id"),
        "runs",
        ["poster", "state", "reward", "run_id"],
        unique=False,
    )
    op.create_index(op.f("ix_runs_reward_run_id"), "runs", ["reward", "run_id"], unique=False)
    op.create_index(
        op.f("ix_runs_state_reward_run_id"), "runs", ["state", "reward", "run_id"], unique=False
    )
    op.create_index(op.f("ix_runs_state_run_id"), "runs", ["state", "run_id"], unique=False)
    op.create_table(
        "undo",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("block_number", "position", name=op.f("pk_undo")),
    )
    op.create_table(
        "vaults",
        sa.Column("contract", sa.String(length=20), nullable=False),
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


def downgrade() -> None:
    """Drop every table."""
    op.drop_table("vaults")
    op.drop_table("undo")
    op.drop_index(op.f("ix_runs_state_run_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_state_reward_run_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_reward_run_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_poster_state_reward_run_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_agent_id_state_reward_run_id"), table_name="runs")
    op.drop_table("runs")
    op.drop_table("run_counts")
    op.drop_table("position")
    op.drop_table("operators")
    op.drop_table("markets")
    op.drop_index(
        "ix_events_run_id",
        table_name="events",
        sqlite_where=sa.text("run_id IS NOT NULL"),
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_events_agent_id",
        table_name="events",
        sqlite_where=sa.text("agent_id IS NOT NULL"),
        postgresql_where=sa.text("agent_id IS NOT NULL"),
    )
    op.drop_table("events")
    op.drop_table("credits")
    op.drop_table("blocks")
    op.drop_index(op.f("ix_agents_owner"), table_name="agents")
    op.drop_table("agents")
