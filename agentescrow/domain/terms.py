"""Compatibility: `RunTerms` under its first name."""

from agentescrow.domain.runs.terms import RunTerms

__all__ = ["RunTerms"]
