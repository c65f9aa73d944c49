"""The command `agentescrow`: its commands, and errors as one line."""

from __future__ import annotations

import typer

from agentescrow.cli import agents, events, keeper, runs
from agentescrow.cli.failure import fail
from agentescrow.cli.verb import AGENT, ANYBODY, POSTER, READ, SERVICE, add_command, add_verb
from agentescrow.errors import AgentEscrowError

app = typer.Typer(
    help="Escrow for work that autonomous agents do: find runs, move them, run the service.",
    epilog="Options in [CAPITALS] come from the environment too, and so do "
    "AGENT_PRIVATE_KEY, which signs, and RELAYER_KEY. Exit codes: 0 done, 2 bad input, 3 refused "
    "by a rule, 4 API or chain cannot do it now, 5 sent and still pending, 1 anything else.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be keys
)
for panel in (READ, AGENT, POSTER, ANYBODY):
    for module in (runs, agents):
        for name, verb in module.VERBS.get(panel, {}).items():
            add_verb(app, panel, name, verb)
add_command(app, READ, "events", events.events)
add_command(app, ANYBODY, "keeper", keeper.keeper)


def _without_server() -> None:
    r"""Needs pip install 'agentescrow\[server]'."""
    typer.echo("agentescrow: for this, pip install 'agentescrow[server]'", err=True)
    raise typer.Exit(2)


try:
    from agentescrow.cli import index, relay, serve
except ModuleNotFoundError:
    whatever = {"allow_extra_args": True, "ignore_unknown_options": True}
    for name in ("index", "serve", "relay"):
        app.command(name=name, rich_help_panel=SERVICE, context_settings=whatever)(_without_server)
else:
    app.command(name="index", rich_help_panel=SERVICE)(index.index)
    app.command(name="serve", rich_help_panel=SERVICE)(serve.serve)
    app.command(name="relay", rich_help_panel=SERVICE)(relay.relay)


def main() -> None:
    """Run; what this package raises on purpose ends as one line, and its exit code."""
    try:
        app()
    except AgentEscrowError as error:
        try:
            fail(error)
        except typer.Exit as end:
            raise SystemExit(end.exit_code) from None
