"""Register an agent."""

from __future__ import annotations

import click

from deployment.command import Session, verb


@verb()
@click.option("--uri", default="", help="Where the agent's registration file is.")
def cli(session: Session, uri: str) -> None:
    """Register an agent in the identity registry; the account owns it and is its wallet."""
    done = session.contracts.identity.register(session.wallet, uri)
    session.done(done, f"Agent {done.event.agent_id} is registered.")
