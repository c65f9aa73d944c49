"""Actions on the stakes of agents."""
