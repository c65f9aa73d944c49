"""Agents: tables, lists, statuses, and the markets that may lock their stake."""

from agentescrow.store.agents.queries import find_agent

__all__ = ["find_agent"]
