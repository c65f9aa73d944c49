"""Approve in the place of a silent poster."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import usdc
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
def cli(session: Session, run_id: int) -> None:
    """Pay the agent of run RUN_ID whose poster let the review window pass; anyone may."""
    done = session.contracts.runs.finalize(session.wallet, run_id)
    reward, wallet = usdc(done.event.reward), done.event.wallet
    session.done(done, f"Run {run_id} is approved by silence: {reward} for {wallet}.")
