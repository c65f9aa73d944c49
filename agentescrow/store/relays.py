"""Compatibility: the queries of `agentescrow.store.people.relays` under their first name."""

from agentescrow.store.people.relays import find_relays

__all__ = ["find_relays"]
