"""All tables in one place: the one list of nouns, and what Alembic and other programs import.

`agentescrow.store` imports this module first, so that every table is known wherever the kernel
looks them up by kind.
"""

from __future__ import annotations

from typing import Final

from agentescrow.store.agents.tables import (
    TIMELESS_STATUS,
    agents,
    market_allowances,
    markets,
    operators,
)
from agentescrow.store.kernel_tables import (
    blocks,
    events,
    position,
    reorganisations,
    taken_back,
    undo,
)
from agentescrow.store.people.tables import (
    idempotency_keys,
    relay_transactions,
    relayer,
    relays,
)
from agentescrow.store.runs.tables import DUE, NEVER, run_counts, runs
from agentescrow.store.schema import Kind, metadata, tables_of
from agentescrow.store.vaults.tables import credits, vaults

__all__ = [
    "DUE",
    "FROM_CHAIN",
    "NEVER",
    "TIMELESS_STATUS",
    "agents",
    "blocks",
    "credits",
    "events",
    "idempotency_keys",
    "market_allowances",
    "markets",
    "metadata",
    "operators",
    "position",
    "relay_transactions",
    "relayer",
    "relays",
    "reorganisations",
    "run_counts",
    "runs",
    "taken_back",
    "undo",
    "vaults",
]

FROM_CHAIN: Final = tables_of(Kind.CHAIN)
"""Tables that a digest covers."""
