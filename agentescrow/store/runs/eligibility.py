"""Whether an agent may claim a run, as of the indexed block: bit for bit the contract's view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from agentescrow.domain.agent import Agent, AgentStatus
from agentescrow.domain.constants import AGENT_ID_MAX, ZERO_ADDRESS
from agentescrow.domain.runs.eligibility import Ineligibility, claim_eligibility
from agentescrow.domain.runs.run import Run, RunState
from agentescrow.store.agents.markets import find_allowance
from agentescrow.store.agents.queries import agent_of, find_agent, is_operator
from agentescrow.store.position import Block, indexed_block, read_position
from agentescrow.store.runs.queries import find_run
from agentescrow.store.vaults.queries import is_paused

_CONTRACT: Final = "RunEscrow"


@dataclass(frozen=True, slots=True)
class ClaimEligibility:
    """Answer of `RunEscrow.claimEligibility`, and what it is about.

    Args:
        bits: Reasons against the claim; 0 if the agent may claim.
        run: Run to be claimed.
        agent: Stake record of the agent; None if the identity registry does not know it.
        block: Block that all of it is as of; its time is "now".
    """

    bits: Ineligibility
    run: Run
    agent: Agent | None
    block: Block


def find_claim_eligibility(
    connection: Connection, run_id: int, agent_id: int
) -> ClaimEligibility | None:
    """Compute whether an agent may claim a run; None if the run is unknown."""
    block = indexed_block(connection)
    row = find_run(connection, run_id)
    if row is None or block is None:
        return None
    run = run_of(row)
    known = find_agent(connection, agent_id) if 0 <= agent_id <= AGENT_ID_MAX else None
    agent = None if known is None else agent_of(known)
    bits = claim_eligibility(
        run,
        agent,
        block.time,
        poster_is_operator=known is not None and is_operator(connection, known, run.poster),
        market_allowed=known is not None and _may_lock(connection, known),
        paused=is_paused(connection, _CONTRACT),
    )
    return ClaimEligibility(bits, run, agent, block)


def run_of(row: Row[tuple[Any, ...]]) -> Run:
    """Convert a row of `runs` into a run of the domain."""
    return Run(
        poster=row.poster,
        reward=row.reward,
        fee=row.fee,
        deadline=row.deadline,
        review_days=row.review_days,
        max_revisions=row.max_revisions,
        revisions=row.revisions,
        abandoned=bool(row.abandoned),
        state=RunState(row.state),
        min_status=AgentStatus(row.min_status),
        agent_id=row.agent_id or 0,
        wallet=row.wallet or ZERO_ADDRESS,
        claimed_at=row.claimed_at or 0,
        submitted_at=row.submitted_at or 0,
        revision_due_at=row.revision_due_at or 0,
    )


def _may_lock(connection: Connection, agent: Row[tuple[Any, ...]]) -> bool:
    """Whether the registry lets the escrow lock MIN_STAKE of an agent, if it is available."""
    position = read_position(connection)
    if position is None:
        return False
    allowance = find_allowance(connection, agent, position.contracts[_CONTRACT])
    return allowance is not None and allowance.may_claim
