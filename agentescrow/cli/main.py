"""The command `agentescrow`: its commands, and errors as one line."""

from __future__ import annotations

import typer

from agentescrow.cli import agents, keeper, runs
from agentescrow.cli.verb import fail
from agentescrow.errors import AgentEscrowError, InvalidInput

app = typer.Typer(
    help="Escrow for work that autonomous agents do.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be keys
)
runs.add(app)
agents.add(app)
app.command(name="keeper")(keeper.keeper)


def _without_server() -> None:
    """Needs the server's packages."""
    allowed = "there after pip install 'agentescrow[server]'"
    raise InvalidInput("command", "of the server", allowed)


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
