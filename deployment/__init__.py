"""Deploy the contracts: reviewed parameters, a plan, its execution, a record.

`ape run deploy`, `make chain`, the demo and the tests run the same code. It needs a web3.py
connection and an `agentescrow.chain.wallet.Wallet`; only `ape_wallet`, `command` and
`standard_json` know Ape.
"""
