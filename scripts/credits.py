"""Payouts that USDC refused."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import as_json, usdc
from deployment.parameter_types import ADDRESS


@verb()
@click.option("--of", "of", type=ADDRESS, help="Whose; else the account's.")
@click.option("--withdraw-to", type=ADDRESS, help="Send all of it there.")
def cli(session: Session, of: str | None, withdraw_to: str | None) -> None:
    """Show what USDC refused to pay an account, or withdraw it to an address of its choice."""
    holders = (session.contracts.runs, session.contracts.registry)
    if withdraw_to is None:
        account = of or session.wallet.address
        credits = {holder.kind: holder.credit_of(account) for holder in holders}
        lines = [f"{kind} owes {account} {usdc(amount)}." for kind, amount in credits.items()]
        click.echo(as_json(credits) if session.json_wanted else "\n".join(lines))
        return
    account = session.wallet.address
    owing = [holder for holder in holders if holder.credit_of(account)] or [holders[0]]
    for holder in owing:
        holder.dry_run(account, "withdrawCredit", withdraw_to)
    for holder in owing:
        done = holder.withdraw_credit(session.wallet, withdraw_to)
        session.done(done, f"{holder.kind} paid {usdc(done.event.amount)} to {withdraw_to}.")
