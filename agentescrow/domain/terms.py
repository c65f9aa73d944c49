"""Former place of `RunTerms`, for programs written against version 0.1."""

from agentescrow.domain.runs.terms import RunTerms

__all__ = ["RunTerms"]
