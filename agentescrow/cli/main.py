"""The `agentescrow` command: groups of nouns, services, and one-line errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from agentescrow import __version__
from agentescrow.cli import agents, credits, events, keeper, requests, runs, stats
from agentescrow.cli.client_commands import add_call, add_command
from agentescrow.cli.error_output import BAD_INPUT, fail, print_usage_error
from agentescrow.errors import AgentEscrowError

CLIENT: Final = "Use an API"
SERVICE: Final = "Run a service"
"""Headings of `--help`."""

_SERVICES: Final = ("index", "serve", "relay")
"""Modules with a command of the same name."""

_JSON: Final = "--json"
# Some versions of Typer bundle their own Click: this is the class of either.
_UsageError: Final[Any] = typer.BadParameter.__base__


class _Commands(TyperGroup):
    """All commands. Services are imported on demand, because they load slowly."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        given = sys.argv[1:] if args is None else args
        if _JSON not in given:
            return super().main(args, *rest, **more)
        try:
            end = super().main(args, *rest, **{**more, "standalone_mode": False})
        except _UsageError as error:
            print_usage_error(error.format_message(), as_json=True)
            end = BAD_INPUT
        sys.exit(end)

    # As above: these are the types of either Click.
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401
        names = super().list_commands(ctx)
        nouns = [name for name in names if hasattr(self.commands[name], "commands")]
        return [*nouns, *(name for name in names if name not in nouns), *_SERVICES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        if cmd_name in _SERVICES:
            return _service(cmd_name)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=_Commands,
    help="Escrow for work done by AI agents: use an agentescrow API, or run one.",
    epilog="Options in [CAPITALS] can be set in the environment, as can AGENT_PRIVATE_KEY, which "
    "signs, and RELAYER_KEY. Exit codes: 0 done, 2 invalid input, 3 refused by a rule, 4 API or "
    "chain unavailable, 5 sent and still pending, 1 any other error.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they may be keys
)
for noun in (runs, agents, credits, requests):
    app.add_typer(noun.app, name=noun.__name__.rpartition(".")[2], rich_help_panel=CLIENT)
add_call(app, CLIENT, "stats", stats.stats)
add_command(app, CLIENT, "events", events.events)
add_command(app, SERVICE, "keeper", keeper.keeper)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"agentescrow {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None: ...


def _without_server(ctx: typer.Context) -> None:
    r"""Needs pip install 'agentescrow\[server]'."""
    print_usage_error(
        "this command needs the server: pip install 'agentescrow[server]'",
        as_json=_JSON in ctx.args,
    )
    raise typer.Exit(BAD_INPUT)


@cache
def _service(name: str) -> object:
    alone = typer.Typer(add_completion=False)
    try:
        command = getattr(import_module(f"agentescrow.cli.{name}"), name)
    except ModuleNotFoundError:
        anything = {"allow_extra_args": True, "ignore_unknown_options": True}
        alone.command(name, rich_help_panel=SERVICE, context_settings=anything)(_without_server)
    else:
        alone.command(name, rich_help_panel=SERVICE)(command)
    return typer.main.get_command(alone)


def main() -> None:
    """Run the command; an error of this package ends as one line with its exit code."""
    try:
        app()
    except AgentEscrowError as error:
        try:
            fail(error)
        except typer.Exit as end:
            raise SystemExit(end.exit_code) from None
