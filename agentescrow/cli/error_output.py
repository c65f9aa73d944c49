"""Print errors and warnings on standard error, as lines or JSON, and choose the exit code."""

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
"""The first class that matches decides; any other error is 1."""

_BAD_VALUES: Final = {
    "INVALID_INPUT",
    "INVALID_AMOUNT",
    "INVALID_TERMS",
    "INVALID_CURSOR",
    "PAGE_TOO_DEEP",
    "TIME_TOO_LONG",
}
"""API errors about values that the SDK does not check: invalid input, not a refusal by a rule."""

_RETRY_LATER: Final = {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}
_SERVER_ERROR: Final = HTTPStatus.INTERNAL_SERVER_ERROR
"""Statuses of an API that cannot answer now: not a refusal by a rule either."""


def reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command with an `as_json` option print its errors and warnings in that form."""

    @wraps(command)
    def reported(*, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - parsed by typer
        try:
            with _printed_cautions(as_json=as_json):
                command(as_json=as_json, **given)
        except AgentEscrowError as error:
            fail(error, as_json=as_json)

    return reported


def fail(error: AgentEscrowError, *, as_json: bool = False) -> None:
    """Print an error and exit with its code.

    Raises:
        typer.Exit: Always.
    """
    print_error(error, as_json=as_json)
    raise typer.Exit(_exit_code(error))


def print_error(error: AgentEscrowError, *, as_json: bool) -> None:
    """Print an error.

    Args:
        error: Error of this package.
        as_json: One line of JSON: `code` is the stable name of the error, of the package or of the
            API; the other keys are those of the API.
    """
    if as_json:
        typer.echo(json.dumps(_json(error)), err=True)
    else:
        _print_line(str(error), "red")


def print_usage_error(detail: str, *, as_json: bool) -> None:
    """Print what is wrong with a command line; the caller exits with `BAD_INPUT`."""
    if as_json:
        typer.echo(json.dumps({"code": InvalidInput.code, "detail": detail}), err=True)
    else:
        _print_line(detail, "red")


@contextmanager
def _printed_cautions(*, as_json: bool) -> Iterator[None]:
    """Print this package's warnings like its errors; leave other warnings alone."""
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(message: Warning | str, *place: Any, **more: Any) -> None:  # noqa: ANN401 - Python's
            if not isinstance(message, Caution):
                others(message, *place, **more)
            elif as_json:
                typer.echo(json.dumps({"warning": message.code, "detail": str(message)}), err=True)
            else:
                _print_line(f"warning: {message}", "yellow")

        warnings.showwarning = show
        warnings.simplefilter("always", Caution)
        yield


def _print_line(text: str, style: str) -> None:
    console = Console(stderr=True, soft_wrap=True)
    console.print(f"agentescrow: {text}", style=style, markup=False, highlight=False)


def _exit_code(error: AgentEscrowError) -> int:
    if isinstance(error, Refused) and error.error in _BAD_VALUES:
        return BAD_INPUT
    if isinstance(error, Contradicted) and error.done is not None:
        return 5
    if isinstance(error, Refused) and (
        error.status in _RETRY_LATER or error.status >= _SERVER_ERROR
    ):
        return 4
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def _json(error: AgentEscrowError) -> dict[str, object]:
    if not isinstance(error, Refused):
        return {"code": error.code, "detail": str(error)}
    return {
        "code": error.error,
        "status": error.status,
        "detail": error.detail,
        "reasons": error.reasons,
        "reasonCodes": error.reason_codes,
    }
