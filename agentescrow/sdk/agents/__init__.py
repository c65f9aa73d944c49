"""`client.agents` and the operations behind it."""
