"""Stake for an agent."""

from __future__ import annotations

import click

from deployment.command import PERMIT_SECONDS, Session, permit_option, verb
from deployment.display import usdc
from deployment.parameter_types import AGENT_ID, USDC


@verb()
@click.argument("amount", type=USDC)
@click.option("--agent", type=AGENT_ID, required=True, help="The agent; need not be yours.")
@permit_option
def cli(session: Session, amount: int, agent: int, permit: bool) -> None:
    """Stake AMOUNT USDC for an agent; 20 are enough to work."""
    until = session.now() + PERMIT_SECONDS if permit else None
    registry = session.contracts.registry
    done = registry.stake(session.wallet, agent, amount, permit_until=until)
    total = usdc(registry.get_agent(agent).staked)
    session.done(done, f"{usdc(amount)} staked for agent {agent}, {total} in all.")
