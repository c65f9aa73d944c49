"""What all commands of the SDK share: their options, their output, their errors and exit codes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import typer
from eth_account import Account
from rich.console import Console

from agentescrow import AgentClient
from agentescrow.cli.tables import show
from agentescrow.errors import (
    AgentEscrowError,
    ChainProblem,
    InvalidInput,
    Refused,
    ServiceProblem,
    StillPending,
)
from agentescrow.sdk.client import client_settings
from agentescrow.wire.shape import Shape

EXIT_CODES: Final[tuple[tuple[type[AgentEscrowError], int], ...]] = (
    (InvalidInput, 2),
    (Refused, 3),
    (StillPending, 5),
    (ServiceProblem, 4),
    (ChainProblem, 4),
)
"""The first class that fits decides; all others are 1."""

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
        Annotated[bool | None, typer.Option(help="Sign requests for the API's relayer.")],
        None,
    ),
    "keyfile": (
        Annotated[
            Path | None,
            typer.Option(help="Key file of eth-account's or Ape's, in place of AGENT_PRIVATE_KEY."),
        ],
        None,
    ),
    "as_json": (Annotated[bool, typer.Option("--json", help="Print JSON.")], False),
}


def add_verb(app: typer.Typer, name: str, function: Callable[..., Shape]) -> None:
    """Make a command of a function of a client and of the command's own arguments.

    Args:
        app: Where it is added.
        name: Of the command.
        function: Its first parameter is the client; its docstring is the help.
    """

    @wraps(function)
    def command(**given: Any) -> None:  # noqa: ANN401 - what typer has read
        common = {option: given.pop(option) for option in _OPTIONS}
        as_json = bool(common.pop("as_json"))
        try:
            with client_of(**common) as client:
                show(function(client, **given), as_json=as_json)
        except AgentEscrowError as error:
            fail(error, as_json=as_json)

    command.__signature__ = _signature(function)  # type: ignore[attr-defined]
    hints = get_type_hints(function, include_extras=True)
    hints |= {option: kind for option, (kind, _) in _OPTIONS.items()}
    command.__annotations__ = {**hints, "return": None}
    app.command(name=name)(command)


def client_of(
    *,
    api_url: str | None,
    rpc_url: str | None,
    deployment: str | None,
    gasless: bool | None,
    keyfile: Path | None,
) -> AgentClient:
    """Make the client that options and environment describe.

    Raises:
        InvalidInput: There is no API, or the key file cannot be opened.
    """
    settings = client_settings()
    api = api_url or settings.api_url
    if api is None:
        raise InvalidInput("api_url", None, "the address of the REST API: --api-url or API_URL")
    signer = None if keyfile is None else _opened(keyfile)
    node = rpc_url or settings.rpc_url
    return AgentClient(api, node, signer=signer, deployment=deployment, gasless=gasless)


def fail(error: AgentEscrowError, *, as_json: bool = False) -> None:
    """End with one line, and with the exit code of the error.

    Raises:
        typer.Exit: Always.
    """
    number = next((number for kind, number in EXIT_CODES if isinstance(error, kind)), 1)
    if as_json:
        typer.echo(json.dumps(_described(error)), err=True)
    else:
        console = Console(stderr=True, soft_wrap=True)
        console.print(f"agentescrow: {error}", style="red", markup=False, highlight=False)
    raise typer.Exit(number)


def _described(error: AgentEscrowError) -> dict[str, object]:
    described: dict[str, object] = {"code": error.code, "detail": str(error)}
    if isinstance(error, Refused):
        described |= {"error": error.error, "detail": error.detail}
        described |= {"reasons": error.reasons, "reasonCodes": error.reason_codes}
    return described


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [each.replace(annotation=hints[each.name], kind=keyword) for each in own]
    parameters += [
        inspect.Parameter(name, keyword, annotation=kind, default=default)
        for name, (kind, default) in _OPTIONS.items()
    ]
    return inspect.Signature(parameters)


def _opened(keyfile: Path) -> object:
    try:
        content = json.loads(keyfile.read_text("utf-8"))
    except (OSError, ValueError):
        raise InvalidInput("keyfile", str(keyfile), "a readable key file (JSON)") from None
    password = typer.prompt("Password", hide_input=True, err=True)
    try:
        return Account.from_key(Account.decrypt(content, password))
    except Exception:  # wrong password, or no key file: without what is in it
        raise InvalidInput("keyfile", str(keyfile), "a key file and its password") from None
