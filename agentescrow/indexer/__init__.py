"""From the chain into the database: fetch logs, turn them into rows, follow reorganisations."""
