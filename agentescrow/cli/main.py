"""The command `agentescrow`: its commands, and errors as one line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from agentescrow import __version__
from agentescrow.cli import agents, credits, events, keeper, requests, runs
from agentescrow.cli.client_commands import (
    AGENT,
    ANYBODY,
    POSTER,
    READ,
    SERVICE,
    add_command,
    add_verb,
)
from agentescrow.cli.error_output import BAD_INPUT, fail, tell_misuse
from agentescrow.errors import AgentEscrowError

_SERVICES: Final = ("index", "serve", "relay")
"""Each is a module with a command of that name."""

_JSON: Final = "--json"
# Typer has its own copy of Click in some of its versions: this is the class of either.
_UsageError: Final[Any] = typer.BadParameter.__base__


class _Commands(TyperGroup):
    """All commands. Those of the service are imported when they are wanted: that takes longer."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        words = sys.argv[1:] if args is None else args
        if _JSON not in words:
            return super().main(args, *rest, **more)
        try:
            end = super().main(args, *rest, **{**more, "standalone_mode": False})
        except _UsageError as error:
            tell_misuse(error.format_message(), as_json=True)
            end = BAD_INPUT
        sys.exit(end)

    # As above: these are the types of either Click.
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
    for module in (runs, agents, credits, requests):
        for name, verb in module.VERBS.get(panel, {}).items():
            add_verb(app, panel, name, verb)
add_command(app, READ, "events", events.events)
add_command(app, ANYBODY, "keeper", keeper.keeper)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"agentescrow {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None: ...


def _without_server(ctx: typer.Context) -> None:
    r"""Needs pip install 'agentescrow\[server]'."""
    tell_misuse("for this, pip install 'agentescrow[server]'", as_json=_JSON in ctx.args)
    raise typer.Exit(BAD_INPUT)


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
