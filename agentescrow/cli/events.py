"""`agentescrow events`: every change of the market, as it happens."""

from __future__ import annotations

from typing import Annotated

import typer

from agentescrow import AgentClient
from agentescrow.cli.output import show_line


def events(
    client: AgentClient,
    as_json: bool,
    from_block: Annotated[
        int | None, typer.Option(min=0, help="Begin at this block; else with what is yet to come.")
    ] = None,
    after: Annotated[str | None, typer.Option(metavar="ID", help="Go on after this event.")] = None,
    follow: Annotated[bool, typer.Option(help="Stay, until Ctrl-C.")] = True,
    run_id: Annotated[int | None, typer.Option(help="About this run alone.")] = None,
    agent_id: Annotated[int | None, typer.Option(help="About this agent alone.")] = None,
    name: Annotated[
        str | None, typer.Option(help="Of this name alone: RunCreated and so on, or A,B.")
    ] = None,
) -> None:
    """Print every event of the contracts as it is indexed."""
    try:
        heard = client.events(
            from_block=from_block,
            last_event_id=after,
            follow=follow,
            run_id=run_id,
            agent_id=agent_id,
            name=name,
        )
        for event in heard:
            show_line(event, as_json=as_json)
    except KeyboardInterrupt:
        return
