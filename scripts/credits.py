"""Show and withdraw payouts that USDC refused."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import as_json, usdc
from deployment.parameter_types import ADDRESS


@verb()
@click.option("--of", "of", type=ADDRESS, help="Creditor; your account if omitted.")
@click.option("--withdraw-to", type=ADDRESS, help="Withdraw everything to this address.")
def cli(session: Session, of: str | None, withdraw_to: str | None) -> None:
    """Show an account's credits, or withdraw them to an address that USDC pays."""
    vaults = list(session.contracts.vaults())
    if withdraw_to is None:
        account = of or session.wallet.address
        credits = {vault.kind: vault.credit_of(account) for vault in vaults}
        lines = [f"{kind} owes {account} {usdc(amount)}." for kind, amount in credits.items()]
        click.echo(as_json(credits) if session.json_wanted else "\n".join(lines))
        return
    account = session.wallet.address
    owing = [vault for vault in vaults if vault.credit_of(account)] or vaults[:1]
    for vault in owing:
        vault.dry_run(account, "withdrawCredit", withdraw_to)
    for vault in owing:
        done = vault.withdraw_credit(session.wallet, withdraw_to)
        session.done(done, f"{vault.kind} paid {usdc(done.event.amount)} to {withdraw_to}.")
