"""`agentescrow relay`: run the relayer in a process of its own."""

from __future__ import annotations

from agentescrow.cli.error_output import reporting
from agentescrow.cli.logs import log_to_stderr
from agentescrow.cli.options import DatabaseUrl, Json, NodeUrl, Record
from agentescrow.cli.service import announce, connect_backend, print_database, sender_of
from agentescrow.cli.shutdown import stop_event
from agentescrow.errors import InvalidInput
from agentescrow.relayer.loop import run
from agentescrow.store.people.relayer_lock import RelayTurn


@reporting
def relay(
    *,
    rpc_url: NodeUrl = None,
    database_url: DatabaseUrl = None,
    deployment: Record = None,
    as_json: Json = False,
) -> None:
    """Send signed requests and pay for their gas, until Ctrl-C."""
    log_to_stderr()
    backend = connect_backend(rpc_url=rpc_url, database_url=database_url, deployment=deployment)
    sender = sender_of(backend)
    if sender is None:
        raise InvalidInput(
            "RELAYER_KEY", None, "a private key, or RELAYER_KEYFILE; in the environment"
        )
    stopped = stop_event()
    print_database(backend.database, as_json=as_json)
    announce(f"Relaying from {sender.address}.", as_json=as_json, relayer=sender.address)
    run(sender, RelayTurn(backend.database), stopped)
