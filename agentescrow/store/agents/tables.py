"""Tables of agents: identity, stake, and the markets that may lock it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Text, literal_column

from agentescrow.domain.constants import BAN_STRIKES, ESTABLISHED_COMPLETIONS, MIN_STAKE
from agentescrow.store.schema import ADDRESS, amount_column, chain_table, id_column, time_column

# An agent's status apart from time (STAKE-5): 2 becomes ESTABLISHED after enough time staked; NULL
# if the registry does not know the agent. An index has this expression, and serves only queries
# that write it the same way.
TIMELESS_STATUS: Final = literal_column(
    f"(CASE WHEN owner IS NULL THEN NULL WHEN strikes >= {BAN_STRIKES} THEN 4 WHEN frozen THEN 3"
    f" WHEN staked < {MIN_STAKE} THEN 0"
    f" WHEN completions >= {ESTABLISHED_COMPLETIONS} AND completions > rejections THEN 2"
    f" ELSE 1 END)",
    Integer,
)

agents: Final = chain_table(
    "agents",
    id_column("agent_id"),
    # IdentityRegistry
    Column("owner", ADDRESS),  # NULL: the registry does not know the agent (any more)
    Column("approved", ADDRESS),
    Column("wallet", ADDRESS),  # as set; the payout wallet is the owner if this is NULL
    Column("uri", Text, nullable=False),  # of the registration file
    time_column("registered_at"),
    # StakeRegistry: domain.agent.Agent
    amount_column("staked"),
    amount_column("locked"),
    time_column("staked_at"),  # 0 while less than the minimum is staked
    Column("claims", BigInteger, nullable=False),
    Column("completions", BigInteger, nullable=False),
    Column("rejections", BigInteger, nullable=False),
    Column("strikes", BigInteger, nullable=False),
    Column("frozen", Boolean, nullable=False),
    # RunEscrow
    amount_column("total_volume"),  # rewards of its approved runs
    Column("updated_block", BigInteger, nullable=False),
    Index(None, "owner"),
)
Index("ix_agents_standing", TIMELESS_STATUS, agents.c.agent_id, agents.c.staked_at)

# ERC-721 approvals for all: `operator` may act for every agent of `owner`.
operators: Final = chain_table(
    "operators",
    Column("owner", ADDRESS, primary_key=True),
    Column("operator", ADDRESS, primary_key=True),
)

markets: Final = chain_table(
    "markets",
    Column("market", ADDRESS, primary_key=True),
    Column("of_constructor", Boolean, nullable=False),  # others need allowances
    Column("retired", Boolean, nullable=False),
)

# Stake that owners let markets lock; markets of the constructor need no allowance (STAKE-9).
market_allowances: Final = chain_table(
    "market_allowances",
    id_column("agent_id"),
    Column("market", ADDRESS, primary_key=True),
    Column("owner", ADDRESS),  # who allowed it: binding while this account owns the NFT
    amount_column("cap"),
    amount_column("locked"),  # by this market now
)
