"""Build commands from functions of an SDK client: options, client and output in one place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, get_type_hints

import typer
from eth_account.signers.local import LocalAccount

from agentescrow import AgentClient
from agentescrow.chain.fees import wei_of
from agentescrow.cli.error_output import reporting
from agentescrow.cli.keyfile import content_of, opened, passphrase_of
from agentescrow.cli.options import Json
from agentescrow.cli.output import show
from agentescrow.errors import InvalidInput
from agentescrow.settings import ClientSettings, read
from agentescrow.wire.shape import Shape

READ: Final = "Read"
POSTER: Final = "As the poster"
AGENT: Final = "As the agent"
OWNER: Final = "As the agent's owner"
ANYONE: Final = "As anyone"
"""Headings of commands in `--help`."""

Commands: TypeAlias = Mapping[str, Mapping[str, Callable[..., Shape]]]
"""Functions by heading and command name, in the order of `--help`; see `add_call`."""

_SHARED: Final = "API, node and key"
"""Heading of options that every command has."""

_TIMEOUT: Final = 60.0
_OPTIONS: Final[dict[str, tuple[Any, Any]]] = {
    "api_url": (
        Annotated[
            str | None, typer.Option(rich_help_panel=_SHARED, help="URL of the REST API [API_URL].")
        ],
        None,
    ),
    "rpc_url": (
        Annotated[
            str | None,
            typer.Option(
                rich_help_panel=_SHARED,
                help="URL of a node: verifies answers, sends transactions [RPC_URL].",
            ),
        ],
        None,
    ),
    "deployment": (
        Annotated[
            str | None,
            typer.Option(rich_help_panel=_SHARED, help="Record of the deployment [DEPLOYMENT]."),
        ],
        None,
    ),
    "gasless": (
        Annotated[
            bool | None,
            typer.Option(
                "--gasless/--direct",
                rich_help_panel=_SHARED,
                help="Sign for the relayer, or send transactions; direct if there is a node.",
            ),
        ],
        None,
    ),
    "keyfile": (
        Annotated[
            Path | None,
            typer.Option(
                rich_help_panel=_SHARED,
                help="Encrypted key, such as Ape's ~/.ape/accounts/NAME.json, instead of "
                "AGENT_PRIVATE_KEY [AGENT_KEYFILE].",
            ),
        ],
        None,
    ),
    "passphrase_file": (
        Annotated[
            Path | None,
            typer.Option(
                rich_help_panel=_SHARED,
                help="File with the key's passphrase; you are prompted if omitted "
                "[AGENT_PASSPHRASE_FILE, AGENT_PASSPHRASE].",
            ),
        ],
        None,
    ),
    "patience": (
        Annotated[
            float,
            typer.Option(
                rich_help_panel=_SHARED,
                min=0,
                help="Seconds to wait until a write is mined and indexed.",
            ),
        ],
        _TIMEOUT,
    ),
    "max_fee_gwei": (
        Annotated[
            str | None,
            typer.Option(
                rich_help_panel=_SHARED,
                help="Highest fee per gas in gwei; 5 on Base if omitted [MAX_FEE_GWEI].",
            ),
        ],
        None,
    ),
    "as_json": (Json, False),
}


def group(summary: str, commands: Commands) -> typer.Typer:
    """Make the command group of a noun.

    Args:
        summary: Help text.
        commands: SDK calls.
    """
    app = typer.Typer(help=summary, no_args_is_help=True)
    for panel, functions in commands.items():
        for name, function in functions.items():
            add_call(app, panel, name, function)
    return app


def add_call(app: typer.Typer, panel: str, name: str, function: Callable[..., Shape]) -> None:
    """Add a command that calls a function and prints the returned shape.

    Args:
        app: Group to extend.
        panel: Heading in `--help`.
        name: Command name.
        function: Takes the client first, then the command's own arguments; its docstring is the
            help text.
    """

    def call(client: AgentClient, as_json: bool, **own: Any) -> None:  # noqa: ANN401
        show(function(client, **own), as_json=as_json)

    _add(app, panel, name, call, function, own_from=1)


def add_command(app: typer.Typer, panel: str, name: str, function: Callable[..., None]) -> None:
    """Add a command that does its own printing.

    Args:
        app: Group to extend.
        panel: Heading in `--help`.
        name: Command name.
        function: Takes the client and `as_json` first, then the command's own arguments.
    """
    _add(app, panel, name, function, function, own_from=2)


def _add(
    app: typer.Typer,
    panel: str,
    name: str,
    act: Callable[..., None],
    described: Callable[..., object],
    *,
    own_from: int,
) -> None:
    @wraps(described)
    def command(*, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - parsed by typer
        common = {option: given.pop(option) for option in _OPTIONS if option != "as_json"}
        with _client(**common) as client:
            act(client, as_json, **given)

    signature = _signature(described, own_from)
    reported = reporting(command)
    reported.__signature__ = signature  # type: ignore[attr-defined]
    kinds = {each.name: each.annotation for each in signature.parameters.values()}
    reported.__annotations__ = {**kinds, "return": None}
    app.command(name=name, rich_help_panel=panel)(reported)


def _client(
    *,
    api_url: str | None,
    rpc_url: str | None,
    deployment: str | None,
    gasless: bool | None,
    keyfile: Path | None,
    passphrase_file: Path | None,
    patience: float,
    max_fee_gwei: str | None,
) -> AgentClient:
    """Build the client from options and environment.

    Raises:
        InvalidInput: No API is named, or the key file cannot be opened.
    """
    settings = read(ClientSettings)
    api = api_url or settings.api_url
    if api is None:
        raise InvalidInput("api_url", None, "the URL of the REST API: --api-url or API_URL")
    key = settings.agent_private_key if keyfile is None else None
    if key is None and keyfile is None and settings.agent_keyfile is not None:
        keyfile = Path(settings.agent_keyfile)
    gwei = settings.max_fee_gwei if max_fee_gwei is None else max_fee_gwei
    return AgentClient(
        api,
        rpc_url or settings.rpc_url,
        None if key is None else key.get_secret_value(),
        signer=None if keyfile is None else _signer(settings, keyfile, passphrase_file),
        agent_id=settings.agent_id,
        deployment=deployment or settings.deployment,
        gasless=gasless,
        patience=patience,
        max_fee=None if gwei is None else wei_of(gwei, "MAX_FEE_GWEI"),
    )


def _signature(function: Callable[..., Any], own_from: int) -> inspect.Signature:
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[own_from:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [each.replace(annotation=hints[each.name], kind=keyword) for each in own]
    parameters += [
        inspect.Parameter(name, keyword, annotation=kind, default=default)
        for name, (kind, default) in _OPTIONS.items()
    ]
    return inspect.Signature(parameters)


def _signer(settings: ClientSettings, keyfile: Path, passphrase_file: Path | None) -> LocalAccount:
    content_of("AGENT", keyfile)
    file = passphrase_file or settings.agent_passphrase_file
    passphrase = passphrase_of("AGENT", settings.agent_passphrase, file)
    return opened("AGENT", keyfile, _prompt() if passphrase is None else passphrase)


def _prompt() -> str:
    try:
        return str(typer.prompt("Passphrase", hide_input=True, err=True))
    except typer.Abort:  # Ctrl-C, or no terminal
        allowed = "a file with the passphrase, AGENT_PASSPHRASE, or a terminal to type it at"
        raise InvalidInput("AGENT_PASSPHRASE_FILE", None, allowed) from None
