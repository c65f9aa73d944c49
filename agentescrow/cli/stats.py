"""`agentescrow stats`: totals of runs, agents and money."""

from __future__ import annotations

from agentescrow import AgentClient
from agentescrow.wire.stats import Stats


def stats(client: AgentClient) -> Stats:
    """Show totals of runs, agents and money."""
    return client.stats()
