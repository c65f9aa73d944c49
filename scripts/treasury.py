"""Set the receiver of the fees."""

from __future__ import annotations

from pathlib import Path

import click

from deployment import owner_calls
from deployment.command import Session, verb
from deployment.owning import carry_out, safe_option
from deployment.parameter_types import ADDRESS


@verb()
@click.argument("address", type=ADDRESS)
@safe_option
def cli(session: Session, address: str, safe: Path | None) -> None:
    """Send the fees of future sweeps to ADDRESS, including fees accrued so far."""
    if address == session.contracts.runs.treasury():
        raise click.ClickException(f"{address} is the treasury already")
    carry_out(session, owner_calls.set_treasury(session.contracts, address), safe)
