"""API of agents, their stake and their markets."""
