"""Rules of StakeRegistry and RunEscrow in plain Python; it imports the standard library only.

`actions` and `contracts` are the tables that everything else goes through: which calls there are,
and which contracts. `runs` has the states, terms and eligibility of runs, `stakes` the actions of
StakeRegistry. `agent`, `constants`, `money`, `times` and `texts` serve all of them.

Amounts are int base units of USDC (6 decimals), times int unix seconds, addresses strings.
"""
