"""How an error ends a command: one line, or JSON, on standard error, and an exit code.

A warning is a line there too, and ends nothing.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import typer
from rich.console import Console

from agentescrow.errors import (
    AgentEscrowError,
    ChainProblem,
    Contradicted,
    DeploymentUnreadable,
    InvalidInput,
    Refused,
    ServiceProblem,
    StillPending,
)
from agentescrow.risk_warnings import Caution

BAD_INPUT: Final = 2
EXIT_CODES: Final[tuple[tuple[type[AgentEscrowError], int], ...]] = (
    (InvalidInput, BAD_INPUT),
    (DeploymentUnreadable, BAD_INPUT),
    (Refused, 3),
    (StillPending, 5),
    (ServiceProblem, 4),
    (ChainProblem, 4),
)
"""The first class that fits decides; all others are 1."""

_BAD_VALUES: Final = {
    "INVALID_INPUT",
    "INVALID_AMOUNT",
    "INVALID_TERMS",
    "INVALID_CURSOR",
    "PAGE_TOO_DEEP",
    "TIME_TOO_LONG",
}
"""What the API says of values that the SDK left to it: bad input too, and no rule's refusal."""

_LATER: Final = {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}
_SERVERS_FAULT: Final = HTTPStatus.INTERNAL_SERVER_ERROR
"""Statuses of what the API cannot do now: no rule's refusal either."""


def reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command that takes `as_json` end with its errors in that form.

    Args:
        command: Raises what this package raises on purpose.
    """

    @wraps(command)
    def reported(*, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what typer has read
        try:
            with _cautions_told(as_json=as_json):
                command(as_json=as_json, **given)
        except AgentEscrowError as error:
            fail(error, as_json=as_json)

    return reported


def fail(error: AgentEscrowError, *, as_json: bool = False) -> None:
    """End with one line, and with the exit code of the error.

    Raises:
        typer.Exit: Always.
    """
    tell(error, as_json=as_json)
    raise typer.Exit(_exit_code(error))


def tell(error: AgentEscrowError, *, as_json: bool) -> None:
    """Print an error.

    Args:
        error: What went wrong.
        as_json: In one line of JSON: `code` is the stable name of what went wrong, whoever said
            it; the others are named as the API names them.
    """
    if as_json:
        typer.echo(json.dumps(_described(error)), err=True)
    else:
        _line(str(error), "red")


def tell_misuse(detail: str, *, as_json: bool) -> None:
    """Print what is wrong with a command line; `BAD_INPUT` is how it ends.

    Args:
        detail: What is wrong.
        as_json: As `tell` does.
    """
    if as_json:
        typer.echo(json.dumps({"code": InvalidInput.code, "detail": detail}), err=True)
    else:
        _line(detail, "red")


@contextmanager
def _cautions_told(*, as_json: bool) -> Iterator[None]:
    """Print the warnings of this package as its errors are; others stay as they are."""
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(message: Warning | str, *place: Any, **more: Any) -> None:  # noqa: ANN401 - Python's
            if not isinstance(message, Caution):
                others(message, *place, **more)
            elif as_json:
                typer.echo(json.dumps({"warning": message.code, "detail": str(message)}), err=True)
            else:
                _line(f"warning: {message}", "yellow")

        warnings.showwarning = show
        warnings.simplefilter("always", Caution)
        yield


def _line(text: str, style: str) -> None:
    console = Console(stderr=True, soft_wrap=True)
    console.print(f"agentescrow: {text}", style=style, markup=False, highlight=False)


def _exit_code(error: AgentEscrowError) -> int:
    if isinstance(error, Refused) and error.error in _BAD_VALUES:
        return BAD_INPUT
    if isinstance(error, Contradicted) and error.done is not None:
        return 5
    if isinstance(error, Refused) and (error.status in _LATER or error.status >= _SERVERS_FAULT):
        return 4
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def _described(error: AgentEscrowError) -> dict[str, object]:
    if not isinstance(error, Refused):
        return {"code": error.code, "detail": str(error)}
    return {
        "code": error.error,
        "status": error.status,
        "detail": error.detail,
        "reasons": error.reasons,
        "reasonCodes": error.reason_codes,
    }
