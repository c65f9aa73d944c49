"""Send the fees to the treasury."""

from __future__ import annotations

from pathlib import Path

from deployment import owner_calls
from deployment.command import Session, verb
from deployment.display import usdc
from deployment.owning import carry_out, safe_option


@verb()
@safe_option
def cli(session: Session, safe: Path | None) -> None:
    """Send the accrued fees to the treasury; anyone may."""
    if safe is not None:
        carry_out(session, owner_calls.sweep(session.contracts), safe)
        return
    done = session.contracts.runs.sweep_fees(session.wallet)
    session.done(done, f"{usdc(done.event.amount)} of fees sent to {done.event.treasury}.")
