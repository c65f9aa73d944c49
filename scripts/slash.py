"""Slash an overdue agent."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import usdc
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
def cli(session: Session, run_id: int) -> None:
    """Slash the overdue agent of run RUN_ID; refund and penalty go to its poster."""
    done = session.contracts.runs.slash(session.wallet, run_id)
    refund, compensation = usdc(done.event.refund), usdc(done.event.compensation)
    agent = done.event.agent_id
    words = f"Agent {agent} is slashed for run {run_id}: {refund} refunded, {compensation} on top."
    session.done(done, words)
