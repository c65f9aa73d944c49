"""Send the fees to the treasury."""

from __future__ import annotations

from deployment.command import Session, verb
from deployment.display import usdc


@verb()
def cli(session: Session) -> None:
    """Send the accrued fees to the treasury; anyone may."""
    done = session.contracts.escrow.sweep_fees(session.wallet)
    session.done(done, f"{usdc(done.event.amount)} of fees sent to {done.event.treasury}.")
