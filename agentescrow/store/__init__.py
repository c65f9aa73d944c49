"""Database: events of the contracts as rows, and what users ask of the relayer and the API.

The kernel knows no nouns: `changes`, `undo`, `digest`, `totals`, `lists`, `events`, `position` and
what they stand on. Runs, agents and vaults have folders of their own, and so has what people fill.
This is the only package that imports SQLAlchemy.
"""

from agentescrow.store import tables

__all__ = ["tables"]
