"""Runs and agents as facts, and the facts as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentescrow.chain.contracts import Contracts
from agentescrow.domain.agent import reputation_score
from agentescrow.domain.runs.run import RunState
from deployment.display import moment, usdc


def run_facts(contracts: Contracts, run_id: int) -> dict[str, Any]:
    """What is known of a run; amounts in base units, times in unix seconds.

    Args:
        contracts: Where it is.
    """
    run = contracts.runs.get_run(run_id)
    claimed = run.claimed_at != 0
    return {
        "run": run_id,
        "state": run.state.name,
        "poster": run.poster,
        "reward": run.reward,
        "fee": run.fee,
        "deadline": run.deadline,
        "reviewDays": run.review_days,
        "maxRevisions": run.max_revisions,
        "revisions": run.revisions,
        "minStatus": run.min_status.name,
        "agent": run.agent_id if claimed else None,
        "wallet": run.wallet if claimed else None,
        "claimedAt": run.claimed_at,
        "submittedAt": run.submitted_at,
        "dueAt": run.due_at,
        "abandoned": run.abandoned,
    }


def run_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts of a run for people."""
    claimed = facts["agent"] is not None
    return {
        "state": f"{facts['state']}: {RunState[facts['state']].description}",
        "poster": facts["poster"],
        "reward": usdc(facts["reward"]),
        "fee": usdc(facts["fee"]),
        "deadline": moment(facts["deadline"]),
        "review": f"{facts['reviewDays']} days",
        "revisions": f"{facts['revisions']} of {facts['maxRevisions']}",
        "least status": facts["minStatus"],
        "agent": f"{facts['agent']}, paid at {facts['wallet']}" if claimed else "",
        "claimed": moment(facts["claimedAt"]),
        "submitted": moment(facts["submittedAt"]),
        "due": moment(facts["dueAt"]),
        "abandoned": "once, which is all that a run allows" if facts["abandoned"] else "",
    }


def agent_facts(contracts: Contracts, agent_id: int) -> dict[str, Any]:
    """What is known of an agent; amounts in base units, times in unix seconds.

    Args:
        contracts: Where it is.
    """
    registry, identity = contracts.registry, contracts.identity
    owner = identity.owner_of(agent_id)
    agent = registry.get_agent(agent_id)
    return {
        "agent": agent_id,
        "owner": owner,
        "wallet": identity.agent_wallet(agent_id) or owner,
        "uri": identity.agent_uri(agent_id),
        "status": registry.status_of(agent_id).name,
        "staked": agent.staked,
        "locked": agent.locked,
        "available": agent.available,
        "stakedAt": agent.staked_at,
        "claims": agent.claims,
        "completions": agent.completions,
        "rejections": agent.rejections,
        "strikes": agent.strikes,
        "reputation": str(reputation_score(agent)),
    }


def agent_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts of an agent for people."""
    return {
        "status": facts["status"],
        "owner": facts["owner"],
        "wallet": facts["wallet"],
        "registration": facts["uri"],
        "staked": f"{usdc(facts['staked'])}, {usdc(facts['available'])} available",
        "staked since": moment(facts["stakedAt"]),
        "runs": f"{facts['claims']} claimed, {facts['completions']} completed, "
        f"{facts['rejections']} rejected, {facts['strikes']} slashed",
        "reputation": facts["reputation"],
    }


def system_facts(contracts: Contracts) -> dict[str, Any]:
    """What is known of the contracts; amounts in base units."""
    escrow, registry, usdc_token = contracts.runs, contracts.registry, contracts.usdc
    return {
        "network": contracts.deployment.network,
        "chainId": contracts.deployment.chain_id,
        "escrow": escrow.address,
        "registry": registry.address,
        "forwarder": contracts.forwarder.address,
        "usdc": usdc_token.address,
        "identity": contracts.identity.address,
        "runs": escrow.run_count(),
        "paused": escrow.paused(),
        "accruedFees": escrow.accrued_fees(),
        "escrowOwes": escrow.total_owed(),
        "escrowHolds": usdc_token.balance_of(escrow.address),
        "registryOwes": registry.total_owed(),
        "registryHolds": usdc_token.balance_of(registry.address),
    }


def system_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts of the contracts for people."""
    return {
        "network": f"{facts['network']}, chain id {facts['chainId']}",
        "RunEscrow": facts["escrow"],
        "StakeRegistry": facts["registry"],
        "Forwarder": facts["forwarder"],
        "USDC": facts["usdc"],
        "identity": facts["identity"],
        "runs": str(facts["runs"]),
        "paused": "yes: no new runs, funding and claims" if facts["paused"] else "",
        "accrued fees": usdc(facts["accruedFees"]),
        "runs' money": f"{usdc(facts['escrowHolds'])} held, {usdc(facts['escrowOwes'])} owed",
        "stakes": f"{usdc(facts['registryHolds'])} held, {usdc(facts['registryOwes'])} owed",
    }
