"""Take stake out."""

from __future__ import annotations

import click

from deployment.command import Session, verb
from deployment.display import usdc
from deployment.parameter_types import ADDRESS, AGENT_ID, USDC


@verb()
@click.argument("amount", type=USDC)
@click.option("--agent", type=AGENT_ID, required=True, help="The agent.")
@click.option("--to", type=ADDRESS, help="Receiver; else the account itself.")
def cli(session: Session, amount: int, agent: int, to: str | None) -> None:
    """Take AMOUNT USDC out of what backs no open work."""
    receiver = to or session.wallet.address
    done = session.contracts.registry.unstake(session.wallet, agent, amount, receiver)
    session.done(done, f"{usdc(amount)} of agent {agent} paid to {receiver}.")
