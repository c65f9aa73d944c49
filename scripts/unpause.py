"""End a pause."""

from __future__ import annotations

from pathlib import Path

from deployment import owner_calls
from deployment.command import Session, verb
from deployment.owning import carry_out, safe_option


@verb()
@safe_option
def cli(session: Session, safe: Path | None) -> None:
    """Resume new runs, funding and claims."""
    carry_out(session, owner_calls.unpause(session.contracts), safe)
