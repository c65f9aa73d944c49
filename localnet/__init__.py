"""Chains on this machine for development: Anvil, the real USDC, an identity registry, fast EVM backends.

Nothing in here is installed with the package and nothing imports Ape, so that the demo, the tests and the Hypothesis
machines stand on the same ground.
"""
