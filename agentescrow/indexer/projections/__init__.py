"""Turn events into row changes, one module per contract."""
