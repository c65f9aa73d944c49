"""`agentescrow relay`: send what the API has accepted, as a process of its own."""

from __future__ import annotations

from agentescrow.cli.error_output import reporting
from agentescrow.cli.logs import log_to_stderr
from agentescrow.cli.options import DatabaseUrl, Json, NodeUrl, Record
from agentescrow.cli.service import ground, say, say_database, sender_of
from agentescrow.cli.shutdown import end_asked_for
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
    """Send signed requests with RELAYER_KEY or RELAYER_KEYFILE, until Ctrl-C."""
    log_to_stderr()
    base = ground(rpc_url=rpc_url, database_url=database_url, deployment=deployment)
    sender = sender_of(base)
    if sender is None:
        raise InvalidInput(
            "RELAYER_KEY", None, "a private key, or RELAYER_KEYFILE; in the environment"
        )
    ended = end_asked_for()
    say_database(base.database, as_json=as_json)
    say(f"Relaying from {sender.address}.", as_json=as_json, relayer=sender.address)
    run(sender, RelayTurn(base.database), ended)
