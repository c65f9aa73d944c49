"""The command `agentescrow`: its commands, and errors as one line."""

from __future__ import annotations

import typer
from rich.console import Console

from agentescrow.cli import index, relay, serve
from agentescrow.errors import AgentEscrowError

app = typer.Typer(help="Escrow for work that autonomous agents do.", no_args_is_help=True)
app.command(name="index")(index.index)
app.command(name="serve")(serve.serve)
app.command(name="relay")(relay.relay)


def main() -> None:
    """Run; what this package raises on purpose ends as one line, and exit code 1."""
    try:
        app()
    except AgentEscrowError as error:
        Console(stderr=True).print(f"agentescrow: {error}", style="red", markup=False)
        raise SystemExit(1) from None
