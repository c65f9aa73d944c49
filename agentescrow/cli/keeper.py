"""`agentescrow keeper`: what anybody may do and nobody has done: due finalizes, expired cancels."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from agentescrow import AgentClient
from agentescrow.cli.verb import client_of, fail
from agentescrow.domain.money import format_usdc
from agentescrow.errors import AgentEscrowError, Refused
from agentescrow.wire.runs import Run

_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Due:
    """A call that anybody may make now.

    Args:
        action: What.
        run: On which run.
    """

    action: Literal["finalize", "cancel"]
    run: Run


def keeper(
    api_url: Annotated[str | None, typer.Option(help="Address of the API [API_URL].")] = None,
    rpc_url: Annotated[
        str | None, typer.Option(help="A node: send transactions directly [RPC_URL].")
    ] = None,
    deployment: Annotated[
        str | None, typer.Option(help="Record of the contracts [DEPLOYMENT].")
    ] = None,
    gasless: Annotated[bool | None, typer.Option(help="Sign for the API's relayer.")] = None,
    keyfile: Annotated[Path | None, typer.Option(help="Instead of AGENT_PRIVATE_KEY.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    every: Annotated[
        float | None, typer.Option(min=1, help="Do what is due every so many seconds.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON a call.")] = False,
) -> None:
    """List what is due, or do it: finalize where posters are silent, cancel what has expired."""
    try:
        with client_of(
            api_url=api_url,
            rpc_url=rpc_url,
            deployment=deployment,
            gasless=gasless,
            keyfile=keyfile,
        ) as client:
            if not once and every is None:
                for due in due_now(client):
                    _say(due, "due", as_json=as_json)
                return
            while True:
                _round(client, as_json=as_json, stay=every is not None)
                if every is None:
                    return
                time.sleep(every)
    except AgentEscrowError as error:
        fail(error, as_json=as_json)


def due_now(client: AgentClient) -> list[Due]:
    """Everything that is due at the indexed block.

    Args:
        client: May be one that only reads.
    """
    now = client.readiness().indexed_at or 0
    silent = [run for run in _runs(client, "SUBMITTED") if run.due_at and run.due_at <= now]
    expired = [run for run in _runs(client, "OPEN") if run.deadline <= now]
    return [Due("finalize", run) for run in silent] + [Due("cancel", run) for run in expired]


def do(client: AgentClient, due: Due) -> str:
    """Make a call; somebody else may have been quicker, and that is no error.

    Args:
        client: Who makes it.
        due: Which.

    Returns:
        What has become of it, in words.
    """
    act = client.runs.finalize if due.action == "finalize" else client.runs.cancel
    try:
        return f"now {act(due.run.bounty_id).state.name}"
    except Refused as refused:
        return f"refused: {refused.detail}"


def _round(client: AgentClient, *, as_json: bool, stay: bool) -> None:
    """Do what is due; one that stays outlives a node or an API that is away for a while."""
    try:
        for due in due_now(client):
            _say(due, do(client, due), as_json=as_json)
    except AgentEscrowError as error:
        if not stay:
            raise
        typer.echo(f"agentescrow: {error}", err=True)


def _runs(client: AgentClient, state: str) -> Iterator[Run]:
    cursor: str | None = None
    while True:
        page = client.runs.list(state=state, sort="oldest", limit=_PAGE, cursor=cursor)
        yield from page.runs
        cursor = page.pagination.next_cursor
        if cursor is None:
            return


def _say(due: Due, outcome: str, *, as_json: bool) -> None:
    run = due.run
    if as_json:
        line = {"action": due.action, "run": run.bounty_id, "reward": str(run.reward)}
        typer.echo(json.dumps({**line, "outcome": outcome}))
    else:
        typer.echo(f"{due.action} run {run.bounty_id} ({format_usdc(run.reward)} USDC): {outcome}")
