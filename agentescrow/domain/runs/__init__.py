"""Runs: states, terms, actions and who may claim."""
