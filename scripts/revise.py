"""Ask for changes."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import moment
from deployment.parameter_types import RUN_ID, TEXT


@verb()
@click.argument("run_id", type=RUN_ID)
@click.option("--feedback", type=TEXT, required=True, help="What to change.")
def cli(session: Session, run_id: int, feedback: str) -> None:
    """Ask the agent of run RUN_ID for changes."""
    done = session.contracts.runs.request_revision(session.wallet, run_id, feedback)
    number, due = done.event.revision, moment(done.event.due_at)
    session.done(done, f"Revision {number} of run {run_id} is requested, due at {due}.")
