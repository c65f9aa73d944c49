"""`agentescrow events`: events of the contracts as they are indexed."""

from __future__ import annotations

from typing import Annotated

import typer

from agentescrow import AgentClient
from agentescrow.cli.output import show_line


def events(
    client: AgentClient,
    as_json: bool,
    from_block: Annotated[
        int | None, typer.Option(min=0, help="First block; only new events if omitted.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="ID", help="Continue after the event with this id.")
    ] = None,
    follow: Annotated[bool, typer.Option(help="Wait for new events until Ctrl-C.")] = True,
    run_id: Annotated[int | None, typer.Option(help="Only events of this run.")] = None,
    agent_id: Annotated[int | None, typer.Option(help="Only events of this agent.")] = None,
    name: Annotated[
        str | None, typer.Option(help="Only events of these names: RunCreated,RunFunded.")
    ] = None,
) -> None:
    """Print the contracts' events as they are indexed."""
    try:
        for event in client.events(
            from_block=from_block,
            last_event_id=after,
            follow=follow,
            run_id=run_id,
            agent_id=agent_id,
            name=name,
        ):
            show_line(event, as_json=as_json)
    except KeyboardInterrupt:
        return
