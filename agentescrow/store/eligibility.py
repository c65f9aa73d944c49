"""May this agent claim this run? As of the indexed block, and bit for bit the contract's view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from agentescrow.domain.agent import Agent, AgentStatus, status_of
from agentescrow.domain.constants import AGENT_ID_MAX, ZERO_ADDRESS
from agentescrow.domain.runs.eligibility import Ineligibility, claim_eligibility
from agentescrow.domain.runs.run import Run, RunState
from agentescrow.store.markets import standing_of
from agentescrow.store.position import Block, indexed_block, read_position
from agentescrow.store.tables import agents, operators, runs, vaults

_AGENT_FIELDS = tuple(Agent.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Claimability:
    """What `RunEscrow.claimEligibility` answers, and what it is about.

    Args:
        bits: Why not; 0 if the agent may.
        run: The run.
        agent: The agent's stake record, or None where the identity registry does not know it.
        block: The block that all of it is as of; its time is "now".
    """

    bits: Ineligibility
    run: Run
    agent: Agent | None
    block: Block


def claimability(connection: Connection, run_id: int, agent_id: int) -> Claimability | None:
    """Ask for a run and an agent.

    Args:
        connection: A transaction.
        run_id: Run.
        agent_id: Agent.

    Returns:
        The answer; None for an unknown run, for which the contract reverts.
    """
    block = indexed_block(connection)
    row = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
    if row is None or block is None:
        return None
    run = run_of(row)
    known = _agent_row(connection, agent_id)
    agent = None if known is None else agent_of(known)
    bits = claim_eligibility(
        run,
        agent,
        block.time,
        poster_is_operator=known is not None and is_operator(connection, known, run.poster),
        market_allowed=known is not None and may_lock(connection, known),
        paused=is_paused(connection),
    )
    return Claimability(bits, run, agent, block)


def may_lock(connection: Connection, agent: Row[tuple[Any, ...]]) -> bool:
    """Whether the registry would let the escrow lock MIN_STAKE of an agent, were it available.

    Args:
        connection: A transaction.
        agent: A row of `agents` whose owner is known.
    """
    position = read_position(connection)
    if position is None:
        return False
    standing = standing_of(connection, agent, position.escrow)
    return standing is not None and standing.may_claim


def is_paused(connection: Connection) -> bool:
    """Whether the escrow takes no new runs, funding and claims (RUN-18)."""
    paused = select(vaults.c.paused).where(vaults.c.contract == "RunEscrow")
    return bool(connection.execute(paused).scalar())


def is_operator(connection: Connection, agent: Row[tuple[object, ...]], account: str) -> bool:
    """Whether an account may act for an agent: owner, wallet, approved, operator of the owner.

    Args:
        connection: A transaction.
        agent: A row of `agents` whose owner is known.
        account: In checksum case.
    """
    if account in (agent.owner, agent.wallet, agent.approved):
        return True
    for_all = select(operators).where(
        operators.c.owner == agent.owner, operators.c.operator == account
    )
    return connection.execute(for_all).one_or_none() is not None


def run_of(row: Row[tuple[Any, ...]]) -> Run:
    """A row of `runs` as the rules know a run."""
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


def agent_of(row: Row[tuple[object, ...]]) -> Agent:
    """A row of `agents` as the rules know an agent's stake."""
    return Agent(**{name: getattr(row, name) for name in _AGENT_FIELDS})


def status_at(row: Row[tuple[object, ...]], now: int) -> AgentStatus:
    """The status of a row of `agents` at a time (STAKE-5)."""
    return status_of(agent_of(row), now)


def _agent_row(connection: Connection, agent_id: int) -> Row[tuple[object, ...]] | None:
    """The row of an agent that the contract would know."""
    if not 0 <= agent_id <= AGENT_ID_MAX:
        return None
    found = select(agents).where(agents.c.agent_id == agent_id, agents.c.owner.is_not(None))
    return connection.execute(found).one_or_none()
