"""Facts about the contracts, and their rows in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentescrow.chain.contracts import Contracts
from agentescrow.domain.contracts import VAULTS
from deployment.display import usdc


def system_facts(contracts: Contracts) -> dict[str, Any]:
    """List addresses and books of the contracts; amounts in base units."""
    deployment = contracts.deployment
    facts: dict[str, Any] = {
        "network": deployment.network,
        "chainId": deployment.chain_id,
        **deployment.addresses,
        "runs": contracts.runs.run_count(),
        "paused": contracts.runs.paused(),
        "accruedFees": contracts.runs.accrued_fees(),
    }
    for vault in contracts.vaults():
        facts[f"{vault.kind}.owes"] = vault.total_owed()
        facts[f"{vault.kind}.holds"] = contracts.usdc.balance_of(vault.address)
    return facts


def system_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """Format the facts from `system_facts` for people."""
    books = {
        f"{vault.name}'s books": f"{usdc(facts[f'{vault.name}.holds'])} held, "
        f"{usdc(facts[f'{vault.name}.owes'])} owed"
        for vault in VAULTS
    }
    addresses = {
        name: text for name, text in facts.items() if isinstance(text, str) and name != "network"
    }
    return {
        "network": f"{facts['network']}, chain id {facts['chainId']}",
        **addresses,
        "runs": str(facts["runs"]),
        "paused": "yes: no new runs, funding and claims" if facts["paused"] else "",
        "accrued fees": usdc(facts["accruedFees"]),
        **books,
    }
