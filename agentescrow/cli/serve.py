"""`agentescrow serve`: run the REST API, with the relayer in a thread."""

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
from agentescrow.cli.error_output import reporting
from agentescrow.cli.logs import log_to_stderr
from agentescrow.cli.options import DatabaseUrl, Json, NodeUrl, Record
from agentescrow.cli.service import (
    Backend,
    announce,
    connect_backend,
    limits_of,
    print_database,
    replica_of,
    sender_of,
)
from agentescrow.cli.shutdown import stop_event
from agentescrow.errors import InvalidInput, KeyShared
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.loop import run
from agentescrow.relayer.sender import Sender
from agentescrow.store.database import Engine, is_read_only
from agentescrow.store.people.relayer_lock import RelayTurn

_FIRST_STEP_TIMEOUT: Final = 5
_LAST_STEP_TIMEOUT: Final = 10
_NO_RELAYER: Final = {
    False: "No relayer runs here: requests are queued for another process.",
    True: "The database is a read-only replica: writes are refused, nothing is relayed.",
}


@reporting
def serve(
    *,
    rpc_url: NodeUrl = None,
    database_url: DatabaseUrl = None,
    deployment: Record = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on [HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [PORT].")] = None,
    relayer: Annotated[bool, typer.Option(help="Run the relayer too, with RELAYER_KEY.")] = True,
    as_json: Json = False,
) -> None:
    """Serve the REST API from an indexed database, until Ctrl-C."""
    log_to_stderr()
    backend = connect_backend(
        rpc_url=rpc_url, database_url=database_url, deployment=deployment, host=host, port=port
    )
    read_only, replica = is_read_only(backend.database), replica_of(backend.settings)
    sender = sender_of(backend) if relayer and not read_only else None
    address = None if sender is None else sender.address
    with _listening(backend.settings.host, backend.settings.port) as listening:
        url = f"http://{backend.settings.host}:{backend.settings.port}"
        relaying = f"Relaying from {address}." if address else _NO_RELAYER[read_only]
        print_database(backend.database, as_json=as_json)
        if replica is not None:
            print_database(replica, as_json=as_json, name="replica")
        announce(f"The API is at {url}/docs\n{relaying}", as_json=as_json, url=url, relayer=address)
        service = _service(backend, replica, read_only=read_only)
        with (
            _metrics(service, backend.settings.metrics_address),
            _relayer(sender, RelayTurn(backend.database), stop_event()),
        ):
            server_of(_app(backend, service)).run([listening])


@contextmanager
def _relayer(sender: Sender | None, turn: RelayTurn, stopped: threading.Event) -> Iterator[None]:
    """Run the relayer in a thread; do nothing without a sender."""
    thread = None
    if sender is not None:
        started = threading.Event()
        thread = threading.Thread(target=_relay, args=(sender, turn, stopped, started), daemon=True)
        thread.start()
        started.wait(_FIRST_STEP_TIMEOUT)  # until then /api/config would report no relayer
    try:
        yield
    finally:
        stopped.set()
        if thread is not None:
            thread.join(_LAST_STEP_TIMEOUT)


def _relay(
    sender: Sender, turn: RelayTurn, stopped: threading.Event, started: threading.Event
) -> None:
    with suppress(KeyShared):  # logged, and reported to clients: reads go on
        run(sender, turn, stopped, started)


@contextmanager
def _metrics(service: Service, address: str | None) -> Iterator[None]:
    """Serve `/metrics` at an address of its own, if one is set."""
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
            thread.join(_LAST_STEP_TIMEOUT)


def _service(backend: Backend, replica: Engine | None, *, read_only: bool) -> Service:
    record = backend.deployment
    admission = Admission(backend.database, backend.pool, record, limits_of(backend.settings))
    return Service(
        backend.database,
        record,
        backend.pool,
        admission,
        read_only=read_only,
        replica=replica,
    )


def _app(backend: Backend, service: Service) -> FastAPI:
    settings = backend.settings
    return create_app(
        service,
        rate_limit=RateLimit(settings.rate_limit, store=settings.rate_limit_store),
        origins=tuple(origin.strip() for origin in settings.origins.split(",")),
        metrics=settings.metrics_address is None,
    )


def _listening(host: str, port: int) -> socket.socket:
    """Open the socket, so that its failure is reported first.

    Raises:
        InvalidInput: The port is taken, or the host is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:  # the latter for a port above 65,535
        allowed = f"a free port of this machine: {getattr(error, 'strerror', None) or error}"
        raise InvalidInput("address", f"{host}:{port}", allowed) from None
