"""Stakes of agents."""
