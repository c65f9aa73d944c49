"""Rows of the index as shapes of the API."""

from __future__ import annotations

import json
from typing import Any

from agentescrow.domain.agent import can_claim_runs, reputation_score, status_of
from agentescrow.domain.constants import MIN_STAKE
from agentescrow.store.claims import agent_of, run_of
from agentescrow.store.runs import AnyRow
from agentescrow.wire.agents import Agent, Reputation, StakeInfo
from agentescrow.wire.runs import ClaimingAgent, Event, Run


def run_card(row: AnyRow) -> Run:
    """A run.

    Args:
        row: Of `runs`.
    """
    run = run_of(row)
    # Not validated: the database holds what the contract let pass.
    return Run.model_construct(
        bounty_id=row.run_id,
        poster_address=row.poster,
        ipfs_hash=row.ipfs_hash,
        reward=row.reward,
        deadline=row.deadline,
        state=run.state,
        claimed_by=row.agent_id,
        claimed_by_wallet=row.wallet,
        stake=row.stake,
        deliverable_hash=row.deliverable,
        claimed_at=row.claimed_at,
        submitted_at=row.submitted_at,
        created_at=row.created_at,
        fee=row.fee,
        review_days=row.review_days,
        max_revisions=row.max_revisions,
        revisions=row.revisions,
        min_status=run.min_status,
        due_at=run.due_at or None,
        feedback=row.feedback,
        reason=row.reason,
    )


def event_card(row: AnyRow) -> Event:
    """An event.

    Args:
        row: Of `events`.
    """
    return Event.model_construct(
        id=f"{row.block_number}:{row.log_index}",
        name=row.name,
        contract=row.contract,
        run_id=row.run_id,
        agent_id=row.agent_id,
        transaction_hash=row.tx_hash,
        block_number=row.block_number,
        time=row.time,
        data={key: _plain(value) for key, value in json.loads(row.data).items()},
    )


def agent_card(row: AnyRow, now: int) -> Agent:
    """An agent.

    Args:
        row: Of `agents`, with an owner.
        now: Time of the indexed block.
    """
    agent = agent_of(row)
    return Agent.model_construct(
        id=row.agent_id,
        owner_address=row.owner,
        wallet_address=row.wallet or row.owner,
        status=status_of(agent, now),
        staked_amount=agent.staked,
        available_stake=agent.available,
        locked_stake=agent.locked,
        strikes=agent.strikes,
        reputation=Reputation.model_construct(
            score=reputation_score(agent),
            completions=agent.completions,
            total_claimed=agent.claims,
            total_volume=row.total_volume,
        ),
        agent_uri=row.uri,
    )


def stake_card(row: AnyRow, now: int) -> StakeInfo:
    """An agent's stake.

    Args:
        row: Of `agents`.
        now: Time of the indexed block.
    """
    agent = agent_of(row)
    return StakeInfo.model_construct(
        agent_id=row.agent_id,
        is_staked=agent.has_min_stake,
        has_min_stake=agent.has_min_stake,
        can_claim_runs=can_claim_runs(agent, now),
        status=status_of(agent, now),
        staked_amount=agent.staked,
        available_stake=agent.available,
        locked_stake=agent.locked,
        min_stake=MIN_STAKE,
        staked_at=agent.staked_at or None,
    )


def claiming_agent_card(row: AnyRow, now: int) -> ClaimingAgent:
    """The agent in the answer to a claim.

    Args:
        row: Of `agents`.
        now: Time of the indexed block.
    """
    agent = agent_of(row)
    return ClaimingAgent(id=row.agent_id, status=status_of(agent, now), staked_amount=agent.staked)


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
