"""What all commands of the SDK share: their options, their client, their output."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

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
AGENT: Final = "As agent"
POSTER: Final = "As poster"
ANYBODY: Final = "As anybody"
SERVICE: Final = "The service"
"""Under which headings `--help` has commands."""

_PATIENCE: Final = 60.0
_OPTIONS: Final[dict[str, tuple[Any, Any]]] = {
    "api_url": (
        Annotated[str | None, typer.Option(help="Address of the REST API [API_URL].")],
        None,
    ),
    "rpc_url": (
        Annotated[str | None, typer.Option(help="A node: send transactions directly [RPC_URL].")],
        None,
    ),
    "deployment": (
        Annotated[str | None, typer.Option(help="Record of the contracts [DEPLOYMENT].")],
        None,
    ),
    "gasless": (
        Annotated[
            bool | None,
            typer.Option("--gasless/--direct", help="Sign for the API's relayer, or send."),
        ],
        None,
    ),
    "keyfile": (
        Annotated[
            Path | None,
            typer.Option(help="Key file, in place of AGENT_PRIVATE_KEY [AGENT_KEYFILE]."),
        ],
        None,
    ),
    "passphrase_file": (
        Annotated[
            Path | None,
            typer.Option(
                help="What opens the key file; else it is asked for "
                "[AGENT_PASSPHRASE_FILE, AGENT_PASSPHRASE]."
            ),
        ],
        None,
    ),
    "patience": (
        Annotated[float, typer.Option(min=0, help="Seconds until a write has to be indexed.")],
        _PATIENCE,
    ),
    "max_fee_gwei": (
        Annotated[
            str | None,
            typer.Option(help="Gwei a gas that are offered at most; 5 on Base [MAX_FEE_GWEI]."),
        ],
        None,
    ),
    "as_json": (Json, False),
}


def add_verb(app: typer.Typer, panel: str, name: str, function: Callable[..., Shape]) -> None:
    """Make a command of a function of a client and of the command's own arguments.

    Args:
        app: Where it is added.
        panel: Heading in `--help`.
        name: Of the command.
        function: Its first parameter is the client; what it returns is shown; its docstring is the
            help.
    """

    def shown(client: AgentClient, as_json: bool, **own: Any) -> None:  # noqa: ANN401
        show(function(client, **own), as_json=as_json)

    _add(app, panel, name, shown, function, own_from=1)


def add_command(app: typer.Typer, panel: str, name: str, function: Callable[..., None]) -> None:
    """Make a command that prints by itself.

    Args:
        app: Where it is added.
        panel: Heading in `--help`.
        name: Of the command.
        function: Its first parameters are the client, and whether to print JSON.
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
    def command(*, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what typer has read
        common = {option: given.pop(option) for option in _OPTIONS if option != "as_json"}
        with _client_of(**common) as client:
            act(client, as_json, **given)

    signature = _signature(described, own_from)
    reported = reporting(command)
    reported.__signature__ = signature  # type: ignore[attr-defined]
    kinds = {each.name: each.annotation for each in signature.parameters.values()}
    reported.__annotations__ = {**kinds, "return": None}
    app.command(name=name, rich_help_panel=panel)(reported)


def _client_of(
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
    """Make the client that options and environment describe.

    Raises:
        InvalidInput: There is no API, or the key file cannot be opened.
    """
    settings = read(ClientSettings)
    api = api_url or settings.api_url
    if api is None:
        raise InvalidInput("api_url", None, "the address of the REST API: --api-url or API_URL")
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
    return opened("AGENT", keyfile, _asked() if passphrase is None else passphrase)


def _asked() -> str:
    try:
        return str(typer.prompt("Passphrase", hide_input=True, err=True))
    except typer.Abort:  # Ctrl-C, or nobody at a terminal
        allowed = "a file with a passphrase, or AGENT_PASSPHRASE, or somebody who types it"
        raise InvalidInput("AGENT_PASSPHRASE_FILE", None, allowed) from None
