"""Call a run off."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import usdc
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
def cli(session: Session, run_id: int) -> None:
    """Call run RUN_ID off while there is no work in it, with a full refund."""
    done = session.contracts.runs.cancel_run(session.wallet, run_id)
    session.done(done, f"Run {run_id} is cancelled: {usdc(done.event.refund)} refunded.")
