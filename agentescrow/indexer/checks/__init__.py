"""Checks of rows against the chain, one module a noun: completeness, and comparison with views."""
