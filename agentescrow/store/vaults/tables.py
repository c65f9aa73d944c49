"""Tables of the contracts that hold money, and of what they owe."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column

from agentescrow.store.schema import ADDRESS, CONTRACT, HASH, amount_column, chain_table

# One row a contract. What it owes (`totalOwed`) is held + credits + fees.
vaults: Final = chain_table(
    "vaults",
    Column("contract", CONTRACT, primary_key=True),
    Column("created_in", HASH),  # transaction
    Column("owner", ADDRESS),
    Column("treasury", ADDRESS),  # NULL for StakeRegistry
    Column("paused", Boolean, nullable=False),  # RUN-18; always false for StakeRegistry
    amount_column("held"),  # escrowed, or staked
    amount_column("credits"),
    amount_column("fees"),  # accrued, not swept yet
    amount_column("fees_earned"),  # since the deployment
    amount_column("volume"),  # rewards of approved runs
)

# Payouts that USDC refused and that were not withdrawn yet (RUN-16).
credits: Final = chain_table(
    "credits",
    Column("contract", CONTRACT, primary_key=True),
    Column("account", ADDRESS, primary_key=True),
    amount_column("amount"),
)
