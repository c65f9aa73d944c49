"""`agentescrow credits`: payouts that USDC refused; one SDK call each."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from agentescrow import AgentClient
from agentescrow.cli.client_commands import ANYONE, READ, Commands, group
from agentescrow.wire.credits import Credits


def show(
    client: AgentClient,
    account: Annotated[str | None, typer.Argument(help="Address; your account if omitted.")] = None,
) -> Credits:
    """Show the credit of an account."""
    return client.credits(account)


def withdraw(
    client: AgentClient,
    to: Annotated[str | None, typer.Option(help="Receiver; your account if omitted.")] = None,
) -> Credits:
    """Withdraw your credit to an address that USDC pays."""
    return client.withdraw_credit(to)


_COMMANDS: Final[Commands] = {READ: {"show": show}, ANYONE: {"withdraw": withdraw}}

app = group("Show and withdraw payouts that USDC refused.", _COMMANDS)
