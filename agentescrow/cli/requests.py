"""The verb of what was signed for the relayer; it is one call of the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from agentescrow import AgentClient
from agentescrow.cli.client_commands import READ
from agentescrow.wire.relay import SignedRequests
from agentescrow.wire.shape import Shape


def requests(
    client: AgentClient,
    signer: Annotated[str | None, typer.Argument(help="Whose; else the key's.")] = None,
    limit: Annotated[int, typer.Option(help="Requests a page, at most 100.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="nextCursor of the page before.")] = None,
) -> SignedRequests:
    """List what an account has signed for the relayer, the latest first."""
    return client.requests(signer, limit=limit, cursor=cursor)


VERBS: Final[dict[str, dict[str, Callable[..., Shape]]]] = {READ: {"requests": requests}}
"""Commands by heading and name, in the order of `--help`."""
