"""The verbs of payouts that USDC refused; each is one call of the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from agentescrow import AgentClient
from agentescrow.cli.client_commands import ANYBODY, READ
from agentescrow.wire.credits import Credits
from agentescrow.wire.shape import Shape


def credits(
    client: AgentClient,
    account: Annotated[str | None, typer.Argument(help="Whose; else the key's.")] = None,
) -> Credits:
    """Show what USDC refused to pay an account."""
    return client.credits(account)


def withdraw_credit(
    client: AgentClient, to: Annotated[str | None, typer.Option(help="Receiver.")] = None
) -> Credits:
    """Withdraw what USDC refused to pay."""
    return client.withdraw_credit(to)


VERBS: Final[dict[str, dict[str, Callable[..., Shape]]]] = {
    READ: {"credits": credits},
    ANYBODY: {"withdraw-credit": withdraw_credit},
}
"""Commands by heading and name, in the order of `--help`."""
