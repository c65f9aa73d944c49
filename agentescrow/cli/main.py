"""The command `agentescrow`: its commands, and errors as one line."""

from __future__ import annotations

import typer

from agentescrow.cli import agents, keeper, runs
from agentescrow.cli.verb import fail
from agentescrow.errors import AgentEscrowError

app = typer.Typer(
    help="Escrow for work that autonomous agents do.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be keys
)
runs.add(app)
agents.add(app)
app.command(name="keeper")(keeper.keeper)


def _without_server() -> None:
    """Say that the server's packages are missing."""
    typer.echo("agentescrow: for this, pip install 'agentescrow[server]'", err=True)
    raise typer.Exit(2)


try:
    from agentescrow.cli import index, relay, serve
except ModuleNotFoundError:
    for name in ("index", "serve", "relay"):
        app.command(name=name)(_without_server)
else:
    app.command(name="index")(index.index)
    app.command(name="serve")(serve.serve)
    app.command(name="relay")(relay.relay)


def main() -> None:
    """Run; what this package raises on purpose ends as one line, and its exit code."""
    try:
        app()
    except AgentEscrowError as error:
        try:
            fail(error)
        except typer.Exit as end:
            raise SystemExit(end.exit_code) from None
