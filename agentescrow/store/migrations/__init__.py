"""The way to the schema: one file in `versions/` for each change of `store.tables`."""
