"""`agentescrow serve`: the REST API, and the relayer beside it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from agentescrow.api.app import create_app
from agentescrow.api.service import Service
from agentescrow.api.traffic import RateLimit
from agentescrow.chain.calls import Calls
from agentescrow.cli.service import ground, sender_of
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.run import run
from agentescrow.store.relay_turn import RelayTurn


def serve(
    rpc_url: Annotated[str | None, typer.Option(help="A node of the chain [RPC_URL].")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="sqlite:///FILE or postgresql://… [DATABASE_URL].")
    ] = None,
    deployment: Annotated[
        Path | None, typer.Option(help="Record of the contracts [DEPLOYMENT].")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Where to listen [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="On which port [PORT].")] = None,
    relayer: Annotated[bool, typer.Option(help="Relay here, with RELAYER_KEY.")] = True,
) -> None:
    """Serve the REST API of what `agentescrow index` has indexed, until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    base = ground(
        rpc_url=rpc_url, database_url=database_url, deployment=deployment, host=host, port=port
    )
    settings, record = base.settings, base.deployment
    admission = Admission(base.database, base.pool, record)
    service = Service(base.database, record, base.pool, admission, Calls(record.escrow))
    app = create_app(
        service,
        rate_limit=RateLimit(settings.rate_limit),
        origins=tuple(origin.strip() for origin in settings.origins.split(",")),
    )
    sender = sender_of(base) if relayer else None
    tell = Console(stderr=True).print
    tell(f"The API is at http://{settings.host}:{settings.port}/docs")
    tell(f"Relaying from {sender.address}." if sender else "Requests are queued, not sent here.")
    ended = threading.Event()
    if sender is not None:
        turn = RelayTurn(base.database)
        given = (sender, turn, ended)
        threading.Thread(target=run, args=given, name="relayer", daemon=True).start()
    try:
        uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")
    finally:
        ended.set()
