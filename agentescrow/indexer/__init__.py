"""Indexer: fetch logs, turn them into rows, and follow reorganisations.

The kernel knows no contract: `fetch`, `follow`, `reorg`, `apply`, `project`, `completeness`,
`comparison` and what they stand on. What an event means for rows is in `projections/`, what proves
the rows complete and right in `checks/`; both register themselves when `nouns` imports them.
"""

from agentescrow.indexer import nouns

__all__ = ["nouns"]
