"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentescrow.errors import InvalidInput
from agentescrow.settings import ClientSettings, read

Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
NodeUrl = Annotated[str | None, typer.Option(help="URL of a node of the chain [RPC_URL].")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        help="sqlite:///FILE or postgresql://…; agentescrow.db in the working directory if omitted "
        "[DATABASE_URL]."
    ),
]
Record = Annotated[Path | None, typer.Option(help="Record of the deployment [DEPLOYMENT].")]
RunId = Annotated[int, typer.Argument(help="Id of the run.")]
AgentId = Annotated[int | None, typer.Option(help="Id of the agent [AGENT_ID].")]
Page = Annotated[int, typer.Option(help="Page number, from 1.")]
Cursor = Annotated[
    str | None, typer.Option(help="nextCursor of the previous page, instead of --page.")
]


def chosen_agent(agent_id: int | None) -> int:
    """Return the agent of `--agent-id`, else of AGENT_ID.

    Raises:
        InvalidInput: Neither names one.
    """
    chosen = read(ClientSettings).agent_id if agent_id is None else agent_id
    if chosen is None:
        raise InvalidInput("agent_id", None, "the id of an agent: --agent-id or AGENT_ID")
    return chosen
