"""Refuse work."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import usdc
from deployment.parameter_types import RUN_ID, TEXT


@verb()
@click.argument("run_id", type=RUN_ID)
@click.option("--reason", type=TEXT, required=True, help="Why.")
def cli(session: Session, run_id: int, reason: str) -> None:
    """Refuse the work for run RUN_ID, after all revisions or because it came late."""
    done = session.contracts.runs.reject(session.wallet, run_id, reason)
    session.done(done, f"Run {run_id} is rejected: {usdc(done.event.refund)} refunded.")
