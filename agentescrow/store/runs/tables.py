"""Tables of runs."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    SmallInteger,
    Text,
    literal_column,
)

from agentescrow.domain.constants import CLAIM_TIMEOUT, DAY
from agentescrow.store.schema import (
    ADDRESS,
    amount_column,
    chain_table,
    counts_table,
    id_column,
    time_column,
)
from agentescrow.store.totals import Counted

NEVER: Final = 253_402_300_799
"""When ended runs are due: after all others."""

# When the side that has to act runs out of time (RUN-23); until the claim, the deadline. An index
# has this expression, and serves only queries that write it the same way.
DUE: Final = literal_column(
    f"(CASE WHEN state IN (0, 1) THEN deadline"
    f" WHEN state IN (2, 3) AND claimed_at + {CLAIM_TIMEOUT} > deadline"
    f" THEN claimed_at + {CLAIM_TIMEOUT}"
    f" WHEN state IN (2, 3) THEN deadline"
    f" WHEN state = 4 THEN submitted_at + review_days * {DAY}"
    f" WHEN state = 6 THEN revision_due_at"
    f" ELSE {NEVER} END)",
    BigInteger,
)

runs: Final = chain_table(
    "runs",
    id_column("run_id"),
    Column("poster", ADDRESS, nullable=False),
    Column("state", SmallInteger, nullable=False),  # domain.runs.run.RunState
    amount_column("reward"),
    amount_column("fee"),
    time_column("deadline"),
    Column("review_days", SmallInteger, nullable=False),
    Column("max_revisions", SmallInteger, nullable=False),
    Column("revisions", SmallInteger, nullable=False),
    Column("min_status", SmallInteger, nullable=False),  # domain.agent.AgentStatus
    Column("ipfs_hash", Text, nullable=False),  # URI of the description
    time_column("created_at"),
    time_column("funded_at", nullable=True),
    # The claim: NULL before it and after it was given back; kept after the end (API-2).
    Column("agent_id", BigInteger),
    Column("wallet", ADDRESS),
    amount_column("stake", nullable=True),  # locked by this claim
    time_column("claimed_at", nullable=True),
    time_column("started_at", nullable=True),
    time_column("submitted_at", nullable=True),  # latest submission
    time_column("revision_due_at", nullable=True),  # latest request
    Column("abandoned", Boolean, nullable=False),  # given back once already
    Column("deliverable", Text),  # URI of the latest submission
    Column("feedback", Text),  # of the latest request for revision
    Column("reason", Text),  # of the rejection
    # The end
    time_column("ended_at", nullable=True),
    Column("silent", Boolean),  # approved by silence; NULL unless APPROVED
    amount_column("refund", nullable=True),  # to the poster, unless APPROVED
    amount_column("compensation", nullable=True),  # to the poster, out of the stake; SLASHED only
    Column("updated_block", BigInteger, nullable=False),  # block of the latest event
    Index(None, "run_id", "reward"),
    Index(None, "state", "run_id", "reward"),
    Index(None, "state", "reward", "run_id"),
    Index(None, "reward", "run_id"),
    Index(None, "poster", "state", "reward", "run_id"),
    Index(None, "agent_id", "state", "reward", "run_id"),
    Index(None, "state", "deadline", "reward", "run_id"),
)
Index("ix_runs_state_due_run_id", runs.c.state, DUE, runs.c.run_id)
Index(
    "ix_runs_wallet",
    runs.c.wallet,
    runs.c.state,
    runs.c.reward,
    runs.c.run_id,
    sqlite_where=runs.c.wallet.is_not(None),
    postgresql_where=runs.c.wallet.is_not(None),
)

run_counts: Final = counts_table(
    "run_counts",
    Column("state", SmallInteger, primary_key=True, autoincrement=False),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    id_column("prefix"),
    Column("runs", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

RUN_TOTALS: Final = Counted(runs, by=("state",), amount="reward", counts=run_counts)
