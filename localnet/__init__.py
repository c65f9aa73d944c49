"""Chains on this machine: Anvil, the real USDC, an identity registry, fast EVM backends.

For development: nothing in here is installed with the package. Nothing imports Ape, so that the
demo, the tests and the Hypothesis machines stand on the same ground.
"""
