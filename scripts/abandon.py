"""Give a run back."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
def cli(session: Session, run_id: int) -> None:
    """Give run RUN_ID back within a day of the claim; possible once in its life."""
    done = session.contracts.runs.abandon_run(session.wallet, run_id)
    session.done(done, f"Agent {done.event.agent_id} gave run {run_id} back; it is open again.")
