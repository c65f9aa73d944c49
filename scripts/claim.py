"""Claim a run."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import moment, usdc
from deployment.parameter_types import AGENT_ID, RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
@click.option("--agent", type=AGENT_ID, required=True, help="The agent that takes it.")
def cli(session: Session, run_id: int, agent: int) -> None:
    """Take run RUN_ID for an agent, with 20 USDC of its stake locked."""
    done = session.contracts.runs.claim_run(session.wallet, run_id, agent)
    locked, due = usdc(done.event.stake), moment(done.event.due_at)
    session.done(done, f"Agent {agent} claimed run {run_id}: {locked} locked, due at {due}.")
