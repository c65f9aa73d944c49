"""Mutation testing of both contracts: would the tests notice if the code were wrong?

    make mutants                               everything, on WORKERS processes
    python -m tools.mutants --only RunEscrow   a part; also --function, --line, --limit
    python -m tools.mutants --resume           what is left of a campaign, and its survivors again

`operators` makes mutants from the compiler's syntax tree, `compiler` keeps one solc warm to compile
them, `killing` lets the state machine of tests/stateful and the tests of tests/in_process run on
one, `campaign` on all, `verdicts` keeps what came of each, `equivalents` knows the ones that no
test can kill, and `report` writes docs/mutants.md.
"""
