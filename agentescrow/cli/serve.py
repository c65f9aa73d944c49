"""`agentescrow serve`: the REST API, and the relayer beside it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Final

import typer
from fastapi import FastAPI

from agentescrow.api.app import create_app
from agentescrow.api.dependencies import Service
from agentescrow.api.rate_limits import RateLimit
from agentescrow.api.server import server_of
from agentescrow.api.service.health import metrics_app
from agentescrow.chain.calldata import Calls
from agentescrow.cli.error_output import reporting
from agentescrow.cli.logs import log_to_stderr
from agentescrow.cli.options import DatabaseUrl, Json, NodeUrl, Record
from agentescrow.cli.service import (
    Ground,
    ground,
    limits_of,
    replica_of,
    say,
    say_database,
    sender_of,
)
from agentescrow.cli.shutdown import end_asked_for
from agentescrow.errors import InvalidInput, KeyShared
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.loop import run
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import Engine, is_read_only
from agentescrow.store.people.relayer_lock import RelayTurn

_FIRST_STEP_SECONDS: Final = 5
_LAST_STEP_SECONDS: Final = 10
_NOT_HERE: Final = {
    False: "Requests are queued, not sent here.",
    True: "The database is a replica, read only: writes are refused, nothing is relayed.",
}


@reporting
def serve(
    *,
    rpc_url: NodeUrl = None,
    database_url: DatabaseUrl = None,
    deployment: Record = None,
    host: Annotated[str | None, typer.Option(help="Where to listen [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="On which port [PORT].")] = None,
    relayer: Annotated[bool, typer.Option(help="Relay here, with RELAYER_KEY.")] = True,
    as_json: Json = False,
) -> None:
    """Serve the REST API of what `agentescrow index` has indexed, until Ctrl-C."""
    log_to_stderr()
    base = ground(
        rpc_url=rpc_url, database_url=database_url, deployment=deployment, host=host, port=port
    )
    read_only, replica = is_read_only(base.database), replica_of(base.settings)
    sender = sender_of(base) if relayer and not read_only else None
    address = None if sender is None else sender.address
    with _listening(base.settings.host, base.settings.port) as listening:
        url = f"http://{base.settings.host}:{base.settings.port}"
        relaying = f"Relaying from {address}." if address else _NOT_HERE[read_only]
        say_database(base.database, as_json=as_json)
        if replica is not None:
            say_database(replica, as_json=as_json, name="replica")
        say(f"The API is at {url}/docs\n{relaying}", as_json=as_json, url=url, relayer=address)
        service = _service(base, replica, read_only=read_only)
        with (
            _metrics(service, base.settings.metrics_address),
            _relayer(sender, RelayTurn(base.database), end_asked_for()),
        ):
            server_of(_app(base, service)).run([listening])


@contextmanager
def _relayer(sender: Sender | None, turn: RelayTurn, ended: threading.Event) -> Iterator[None]:
    """Relay in a thread meanwhile; without a sender nothing is done."""
    thread = None
    if sender is not None:
        begun = threading.Event()
        thread = threading.Thread(target=_relay, args=(sender, turn, ended, begun), daemon=True)
        thread.start()
        begun.wait(_FIRST_STEP_SECONDS)  # before that it would be said that nobody relays
    try:
        yield
    finally:
        ended.set()
        if thread is not None:
            thread.join(_LAST_STEP_SECONDS)


def _relay(sender: Sender, turn: RelayTurn, ended: threading.Event, begun: threading.Event) -> None:
    with suppress(KeyShared):  # which is logged, and told to clients: reads go on
        run(sender, turn, ended, begun)


@contextmanager
def _metrics(service: Service, address: str | None) -> Iterator[None]:
    """Answer `/metrics` at an address of its own meanwhile, where one is set."""
    if address is None or address == "none":
        yield
        return
    host, _, port = address.rpartition(":")
    with _listening(host.strip("[]"), int(port)) as listening:
        server = server_of(metrics_app(service))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(_LAST_STEP_SECONDS)


def _service(base: Ground, replica: Engine | None, *, read_only: bool) -> Service:
    record = base.deployment
    admission = Admission(base.database, base.pool, record, limits_of(base.settings))
    calls = Calls(record.runs)
    return Service(
        base.database,
        record,
        base.pool,
        admission,
        calls,
        read_only=read_only,
        replica=replica,
    )


def _app(base: Ground, service: Service) -> FastAPI:
    settings = base.settings
    return create_app(
        service,
        rate_limit=RateLimit(settings.rate_limit, store=settings.rate_limit_store),
        origins=tuple(origin.strip() for origin in settings.origins.split(",")),
        metrics=settings.metrics_address is None,
    )


def _listening(host: str, port: int) -> socket.socket:
    """Listen before anything is said.

    Raises:
        InvalidInput: The port is taken, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:  # the latter of a port above 65,535
        allowed = f"a free port of this machine: {getattr(error, 'strerror', None) or error}"
        raise InvalidInput("address", f"{host}:{port}", allowed) from None
