"""`agentescrow requests`: requests that an account has signed for the relayer."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from agentescrow import AgentClient
from agentescrow.cli.client_commands import READ, Commands, group
from agentescrow.wire.relay import SignedRequests


def list_requests(
    client: AgentClient,
    signer: Annotated[
        str | None, typer.Argument(help="Address of the signer; your account if omitted.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Requests per page, at most 100.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="nextCursor of the previous page.")] = None,
) -> SignedRequests:
    """List the signed requests of an account, latest first."""
    return client.requests(signer, limit=limit, cursor=cursor)


_COMMANDS: Final[Commands] = {READ: {"list": list_requests}}

app = group("Follow requests that were signed for the relayer.", _COMMANDS)
