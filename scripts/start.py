"""Start work."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
def cli(session: Session, run_id: int) -> None:
    """Say that work on run RUN_ID began; optional."""
    done = session.contracts.runs.start_run(session.wallet, run_id)
    session.done(done, f"Work on run {run_id} began.")
