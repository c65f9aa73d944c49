"""The command `agentescrow`: its commands, and errors as one line."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from agentescrow.cli import agents, events, keeper, runs
from agentescrow.cli.failure import fail
from agentescrow.cli.verb import AGENT, ANYBODY, POSTER, READ, SERVICE, add_command, add_verb
from agentescrow.errors import AgentEscrowError

_SERVICES: Final = ("index", "serve", "relay")
"""Each is a module with a command of that name."""


class _Commands(TyperGroup):
    """All commands. Those of the service are imported when they are wanted: that takes longer."""

    # Typer has its own copy of Click in some of its versions: these are the types of either.
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401
        return [*super().list_commands(ctx), *_SERVICES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        if cmd_name in _SERVICES:
            return _service(cmd_name)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=_Commands,
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


@cache
def _service(name: str) -> object:
    alone = typer.Typer(add_completion=False)
    try:
        command = getattr(import_module(f"agentescrow.cli.{name}"), name)
    except ModuleNotFoundError:
        whatever = {"allow_extra_args": True, "ignore_unknown_options": True}
        alone.command(name, rich_help_panel=SERVICE, context_settings=whatever)(_without_server)
    else:
        alone.command(name, rich_help_panel=SERVICE)(command)
    return typer.main.get_command(alone)


def main() -> None:
    """Run; what this package raises on purpose ends as one line, and its exit code."""
    try:
        app()
    except AgentEscrowError as error:
        try:
            fail(error)
        except typer.Exit as end:
            raise SystemExit(end.exit_code) from None
