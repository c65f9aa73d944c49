"""Pause new runs, funding and claims."""

from __future__ import annotations

from pathlib import Path

from deployment import owner_calls
from deployment.command import Session, verb
from deployment.owning import carry_out, safe_option


@verb()
@safe_option
def cli(session: Session, safe: Path | None) -> None:
    """Stop new runs, funding and claims; payouts go on (RUN-18)."""
    carry_out(session, owner_calls.pause(session.contracts), safe)
