"""The rules of StakeRegistry and RunEscrow in pure Python: the standard library and nothing else.

Values and tables: `constants`, `money`, `terms`, `run`, `transitions`, `agent`, `eligibility`.
The executable twin of the contracts, for tests that compare the two: `registry` and `escrow` (with
`run_book`), on `vault` (what both share), `token` (USDC), `identity` (ERC-8004) and `reverts`.

Amounts are int base units of USDC (6 decimals), times int unix seconds, addresses plain strings
that the caller spells in one way only.
"""
