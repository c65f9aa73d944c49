"""Benchmarks of contracts, indexer, API and relayer on a local chain."""
