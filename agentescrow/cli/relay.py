"""`agentescrow relay`: send what the API has accepted, as a process of its own."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agentescrow.cli.service import ground, sender_of
from agentescrow.errors import InvalidInput
from agentescrow.relayer.run import run
from agentescrow.store.relay_turn import RelayTurn


def relay(
    rpc_url: Annotated[str | None, typer.Option(help="A node of the chain [RPC_URL].")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="sqlite:///FILE or postgresql://… [DATABASE_URL].")
    ] = None,
    deployment: Annotated[
        Path | None, typer.Option(help="Record of the contracts [DEPLOYMENT].")
    ] = None,
) -> None:
    """Send signed requests with RELAYER_KEY or RELAYER_KEYFILE, until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    base = ground(rpc_url=rpc_url, database_url=database_url, deployment=deployment)
    sender = sender_of(base)
    if sender is None:
        raise InvalidInput(
            "RELAYER_KEY", None, "a private key, or RELAYER_KEYFILE; in the environment or in .env"
        )
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    Console(stderr=True).print(f"Relaying from {sender.address}.")
    run(sender, RelayTurn(base.database), ended)
