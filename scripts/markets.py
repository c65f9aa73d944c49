"""Show, add and retire markets: contracts that may lock stake."""

from __future__ import annotations

from pathlib import Path

import click

from agentescrow.chain.verification import code_at
from deployment import owner_calls
from deployment.command import Session, verb
from deployment.display import as_json
from deployment.owning import carry_out, safe_option, show
from deployment.parameter_types import ADDRESS


@verb()
@click.argument("what", type=click.Choice(["show", "add", "retire"]))
@click.argument("market", type=ADDRESS, required=False)
@safe_option
def cli(session: Session, what: str, market: str | None, safe: Path | None) -> None:
    """Show, add or retire markets. Agents' owners must allow an added one; retiring is final."""
    if what == "show":
        if safe is not None or session.has_wallet:
            raise click.ClickException("--safe and --account change nothing here: leave them out")
        _show(session, market)
        return
    if market is None:
        raise click.ClickException(f"which market? Name its address: markets {what} 0x…")
    if what == "add":
        if not code_at(session.contracts.w3, market):
            raise click.ClickException(f"{market} has no code: a market is a contract")
        calls = owner_calls.add_market(session.contracts, market)
    else:
        calls = owner_calls.retire_market(session.contracts, market)
    carry_out(session, calls, safe)


def _show(session: Session, market: str | None) -> None:
    if market is None:
        show(session)
        return
    active = session.contracts.registry.is_market(market)
    fact = {"market": market, "active": active}
    text = "may lock stake" if active else "may not lock stake: it is retired, or was never added"
    click.echo(as_json(fact) if session.json_wanted else f"{market} {text}.")
