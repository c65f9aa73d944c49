"""Hand in work."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import moment
from deployment.parameter_types import RUN_ID, TEXT


@verb()
@click.argument("run_id", type=RUN_ID)
@click.option("--uri", type=TEXT, required=True, help="Where the work is: ipfs://…")
def cli(session: Session, run_id: int, uri: str) -> None:
    """Hand in the work for run RUN_ID."""
    done = session.contracts.runs.submit_work(session.wallet, run_id, uri)
    ends = moment(done.event.review_ends_at)
    session.done(done, f"Work for run {run_id} is submitted; silence approves it at {ends}.")
