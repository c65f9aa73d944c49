"""Accept work."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import usdc
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
def cli(session: Session, run_id: int) -> None:
    """Accept the work for run RUN_ID and pay its agent."""
    done = session.contracts.runs.approve(session.wallet, run_id)
    reward, wallet = usdc(done.event.reward), done.event.wallet
    session.done(done, f"Run {run_id} is approved: {reward} for {wallet}.")
