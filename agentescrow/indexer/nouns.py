"""The one list of nouns: importing it registers their projections and checks with the kernel."""

# Money is compared first: sums that differ say more than a number of runs that does.
from agentescrow.indexer.checks import vaults as vault_checks

# isort: split
from agentescrow.indexer.checks import agents as agent_checks
from agentescrow.indexer.checks import runs as run_checks
from agentescrow.indexer.projections import identities, runs, stakes, vaults

__all__ = [
    "agent_checks",
    "identities",
    "run_checks",
    "runs",
    "stakes",
    "vault_checks",
    "vaults",
]
