"""Putting the contracts on a chain: reviewed parameters, a plan, its execution, a record.

The same code deploys from `ape run deploy`, `make chain`, the demo and the tests. It needs a
connection of web3.py and an `agentescrow.chain.wallet.Wallet`; only `ape_wallet`, `command` and
`standard_json` know Ape.
"""
