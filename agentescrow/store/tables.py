"""The schema. Only the chain fills these tables: deleted, they are the same after a new sync.

Amounts are base units of USDC, times unix seconds, addresses in checksum case, hashes 0x and hex.
NULL means "does not apply (yet)", never zero.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    literal_column,
)

from agentescrow.domain.constants import (
    BAN_STRIKES,
    CLAIM_TIMEOUT,
    DAY,
    ESTABLISHED_COMPLETIONS,
    MIN_STAKE,
)

metadata: Final = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"}
)

_ADDRESS: Final = String(42)
_HASH: Final = String(66)


def _amount(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _id(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


NEVER: Final = 253_402_300_799
"""When ended runs are due: behind all others."""

# When the side that has to act runs out of time (RUN-23), and until it is claimed the deadline. As
# it stands here it is in an index, which only an expression of the same words is answered from.
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

runs: Final = Table(
    "runs",
    metadata,
    _id("run_id"),
    Column("poster", _ADDRESS, nullable=False),
    Column("state", SmallInteger, nullable=False),  # domain.run.RunState
    _amount("reward"),
    _amount("fee"),
    _time("deadline"),
    Column("review_days", SmallInteger, nullable=False),
    Column("max_revisions", SmallInteger, nullable=False),
    Column("revisions", SmallInteger, nullable=False),
    Column("min_status", SmallInteger, nullable=False),  # domain.agent.AgentStatus
    Column("ipfs_hash", Text, nullable=False),  # URI of the description
    _time("created_at"),
    _time("funded_at", nullable=True),
    # The claim: NULL before it and again after it was given back, kept after the end (API-2).
    Column("agent_id", BigInteger),
    Column("wallet", _ADDRESS),
    _amount("stake", nullable=True),  # locked by this claim
    _time("claimed_at", nullable=True),
    _time("started_at", nullable=True),
    _time("submitted_at", nullable=True),  # of the latest submission
    _time("revision_due_at", nullable=True),  # of the latest request
    Column("abandoned", Boolean, nullable=False),  # given back once already
    Column("deliverable", Text),  # URI of the latest submission
    Column("feedback", Text),  # of the latest request for revision
    Column("reason", Text),  # of the rejection
    # The end
    _time("ended_at", nullable=True),
    Column("silent", Boolean),  # approved by silence; NULL unless APPROVED
    _amount("refund", nullable=True),  # to the poster, where it ended otherwise
    _amount("compensation", nullable=True),  # penalty to the poster, of the stake; SLASHED only
    Column("updated_block", BigInteger, nullable=False),  # of the latest event
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

# How many runs there are of each state and reward, so that a total under both filters is exact
# without counting runs. Level n counts rewards by their prefix `reward >> 12 * n` (see `totals`).
run_counts: Final = Table(
    "run_counts",
    metadata,
    Column("state", SmallInteger, primary_key=True, autoincrement=False),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    _id("prefix"),
    Column("runs", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Every event of RunEscrow and StakeRegistry, and those of the identity registry that say something
# of an agent's owner, approvals, wallet or URI.
events: Final = Table(
    "events",
    metadata,
    _id("block_number"),
    Column("log_index", Integer, primary_key=True, autoincrement=False),  # in the block
    Column("contract", String(20), nullable=False),  # RunEscrow, StakeRegistry, IdentityRegistry
    Column("name", String(32), nullable=False),
    Column("run_id", BigInteger),  # where it is about a run
    Column("agent_id", BigInteger),  # where it is about an agent
    Column("tx_hash", _HASH, nullable=False),
    _time("time"),
    Column("data", Text, nullable=False),  # the arguments by name, numbers as they are (JSON)
    sqlite_with_rowid=False,
)
Index(
    "ix_events_run_id",
    events.c.run_id,
    events.c.block_number,
    events.c.log_index,
    sqlite_where=events.c.run_id.is_not(None),
    postgresql_where=events.c.run_id.is_not(None),
)
Index("ix_events_name", events.c.name, events.c.block_number, events.c.log_index)
Index(
    "ix_events_agent_id",
    events.c.agent_id,
    events.c.block_number,
    events.c.log_index,
    sqlite_where=events.c.agent_id.is_not(None),
    postgresql_where=events.c.agent_id.is_not(None),
)

# An agent's status but for the time (STAKE-5): 2 is ESTABLISHED once it is long enough staked; NULL
# where the registry knows no such agent. Its words are those of an index, as above.
STANDING: Final = literal_column(
    f"(CASE WHEN owner IS NULL THEN NULL WHEN strikes >= {BAN_STRIKES} THEN 4 WHEN frozen THEN 3"
    f" WHEN staked < {MIN_STAKE} THEN 0"
    f" WHEN completions >= {ESTABLISHED_COMPLETIONS} AND completions > rejections THEN 2"
    f" ELSE 1 END)",
    Integer,
)

agents: Final = Table(
    "agents",
    metadata,
    _id("agent_id"),
    # IdentityRegistry
    Column("owner", _ADDRESS),  # NULL: the registry knows no such agent (any more)
    Column("approved", _ADDRESS),
    Column("wallet", _ADDRESS),  # as set; the payout wallet is the owner where it is NULL
    Column("uri", Text, nullable=False),  # of the registration file
    _time("registered_at"),
    # StakeRegistry: domain.agent.Agent
    _amount("staked"),
    _amount("locked"),
    _time("staked_at"),  # 0 while less than the minimum is staked
    Column("claims", BigInteger, nullable=False),
    Column("completions", BigInteger, nullable=False),
    Column("rejections", BigInteger, nullable=False),
    Column("strikes", BigInteger, nullable=False),
    Column("frozen", Boolean, nullable=False),
    # RunEscrow
    _amount("total_volume"),  # rewards of its approved runs
    Column("updated_block", BigInteger, nullable=False),
    Index(None, "owner"),
)

Index("ix_agents_standing", STANDING, agents.c.agent_id, agents.c.staked_at)

# ERC-721 approvals for all: `operator` may act for every agent of `owner`.
operators: Final = Table(
    "operators",
    metadata,
    Column("owner", _ADDRESS, primary_key=True),
    Column("operator", _ADDRESS, primary_key=True),
)

# Payouts that USDC refused and nobody has withdrawn yet (RUN-16).
credits: Final = Table(
    "credits",
    metadata,
    Column("contract", String(20), primary_key=True),
    Column("account", _ADDRESS, primary_key=True),
    _amount("amount"),
)

markets: Final = Table(
    "markets",
    metadata,
    Column("market", _ADDRESS, primary_key=True),
    Column("of_constructor", Boolean, nullable=False),  # else it needs allowances
    Column("retired", Boolean, nullable=False),
)

# What the owners of agents let the markets lock that are not the constructor's (STAKE-9).
market_allowances: Final = Table(
    "market_allowances",
    metadata,
    _id("agent_id"),
    Column("market", _ADDRESS, primary_key=True),
    Column("owner", _ADDRESS),  # who allowed it: binding while it owns the NFT
    _amount("cap"),
    _amount("locked"),  # by this market now
)

# RunEscrow and StakeRegistry. What a contract owes (`totalOwed`) is held + credits + fees.
vaults: Final = Table(
    "vaults",
    metadata,
    Column("contract", String(20), primary_key=True),
    Column("created_in", _HASH),  # transaction
    Column("owner", _ADDRESS),
    Column("treasury", _ADDRESS),  # of RunEscrow; StakeRegistry has none
    Column("paused", Boolean, nullable=False),  # RUN-18; never of StakeRegistry
    _amount("held"),  # escrowed, or staked
    _amount("credits"),
    _amount("fees"),  # accrued, not swept yet
    _amount("fees_earned"),  # ever
    _amount("volume"),  # rewards of approved runs
)

# The blocks that can be taken back, the indexed one last.
blocks: Final = Table(
    "blocks",
    metadata,
    _id("number"),
    Column("hash", _HASH, nullable=False),
    Column("parent_hash", _HASH, nullable=False),
    _time("time"),
    Column("digest", String(64), nullable=False),  # of all rows at this block (see `digest`)
)

# What rows were before a block changed them, to take it back.
undo: Final = Table(
    "undo",
    metadata,
    _id("block_number"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("table", String(20), nullable=False),
    Column("key", Text, nullable=False),  # JSON list
    Column("row", Text),  # JSON list of all columns; NULL where there was none
)

# Every way back of the indexer, and the events that it took back: for listeners, and in no digest.
reorganisations: Final = Table(
    "reorganisations",
    metadata,
    _id("number"),  # from 1 on
    Column("block_number", BigInteger, nullable=False),  # the highest that stayed
)

taken_back: Final = Table(
    "taken_back",
    metadata,
    _id("reorganisation"),
    *(
        Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)
        for column in events.c
    ),
)

# One row: what this database is about and how far it has come.
position: Final = Table(
    "position",
    metadata,
    _id("id"),
    Column("chain_id", BigInteger, nullable=False),
    Column("escrow", _ADDRESS, nullable=False),
    Column("registry", _ADDRESS, nullable=False),
    Column("identity", _ADDRESS, nullable=False),
    Column("first_block", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    # Not from the chain's past, so in no digest:
    Column("head", BigInteger, nullable=False),  # highest block seen at the node
    Column("seen_at", BigInteger, nullable=False),  # when, by this machine's clock
    Column("problem", Text),  # why the indexer has stopped for good; NULL while it has not
)

FROM_CHAIN: Final = (
    runs,
    events,
    agents,
    operators,
    credits,
    markets,
    market_allowances,
    vaults,
)
"""The tables that a digest is of."""
