"""Fund a draft."""

from __future__ import annotations

import click

from deployment.command import PERMIT_SECONDS, Session, permit_option, verb
from deployment.display import usdc
from deployment.parameter_types import RUN_ID


@verb()
@click.argument("run_id", type=RUN_ID)
@permit_option
def cli(session: Session, run_id: int, permit: bool) -> None:
    """Escrow reward and fee of the draft RUN_ID, which opens it."""
    until = session.now() + PERMIT_SECONDS if permit else None
    done = session.contracts.runs.fund_run(session.wallet, run_id, permit_until=until)
    session.done(done, f"Run {run_id} is open; {usdc(done.event.amount)} are escrowed.")
