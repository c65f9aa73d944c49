"""The chain as this package sees it: typed contracts, wallets, deployments, and reverts in words.

This is the only package that imports web3. Everything above it (scripts, demo, service, SDK) reads
and writes through `contracts.Contracts`; everything that signs is a `wallet.Wallet`.
"""
