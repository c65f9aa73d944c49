"""`client.runs` and the operations behind it."""
