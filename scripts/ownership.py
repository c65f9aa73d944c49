"""Transfer ownership of the contracts, in two steps."""

from __future__ import annotations

from pathlib import Path

import click

from agentescrow.chain.verification import code_at
from agentescrow.domain.contracts import VAULTS
from deployment import owner_calls
from deployment.command import Session, verb
from deployment.owning import carry_out, safe_option, show
from deployment.parameter_types import ADDRESS

_NAMES = sorted(vault.name for vault in VAULTS)


@verb()
@click.argument("what", type=click.Choice(["show", "transfer", "accept", "cancel"]))
@click.argument("to", type=ADDRESS, required=False)
@click.option("--of", "names", multiple=True, type=click.Choice(_NAMES), help="Both if omitted.")
@safe_option
def cli(
    session: Session, what: str, to: str | None, names: tuple[str, ...], safe: Path | None
) -> None:
    """Show the owners; transfer to an account, which must accept; accept; cancel a transfer.

    The owner of RunEscrow pauses and sets the treasury; the owner of StakeRegistry adds and retires
    markets. Ownership cannot be renounced.
    """
    _refuse_what_changes_nothing(session, what, to, names, safe)
    if what == "show":
        show(session)
        return
    contracts = session.contracts
    chosen = [vault for vault in contracts.vaults() if not names or vault.kind in names]
    if what == "transfer":
        _require_receiver(session, str(to))
        calls = owner_calls.transfer(chosen, str(to))
    elif what == "accept":
        calls = owner_calls.accept(chosen)
    else:
        calls = owner_calls.cancel_transfer(chosen)
    if not calls:
        raise click.ClickException("no ownership is offered")
    carry_out(session, calls, safe)
    if what == "transfer" and not session.json_wanted:
        _say_what_is_next(session, str(to))


def _refuse_what_changes_nothing(
    session: Session, what: str, to: str | None, names: tuple[str, ...], safe: Path | None
) -> None:
    if what == "transfer" and to is None:
        raise click.ClickException("to whom? Name the address: ownership transfer 0x…")
    if what != "transfer" and to is not None:
        raise click.ClickException(f"an address changes nothing with {what}: leave it out")
    if what == "show" and (names or safe is not None or session.has_wallet):
        raise click.ClickException("--of, --safe and --account change nothing here: leave them out")


def _require_receiver(session: Session, to: str) -> None:
    contracts = session.contracts
    if to.lower() in contracts.kinds or int(to, 16) == 0:
        raise click.ClickException(f"{to} could never accept: it is zero or one of the contracts")


def _say_what_is_next(session: Session, to: str) -> None:
    click.echo(f"{to} must accept it: ape run ownership accept")
    if not code_at(session.contracts.w3, to):
        click.echo(f"{to} has no code: it is a single key, and losing it is final.")
