"""Mutation testing of the package: would the tests notice if the Python code were wrong?

    python -m tools.python_mutants --sample 200 --seed 7   a sample, drawn by its seed
    python -m tools.python_mutants                         everything, over night
    python -m tools.python_mutants --only agentescrow/sdk  a part
    python -m tools.python_mutants --resume                what is left, and the survivors again

`operators` makes mutants from the syntax tree, `covering` names the tests that each file is covered
by, `trees` runs them in a copy of the checkout, `judging` says what they found, and `report` prints
the figures. Mutants, verdicts that are kept and the file of equivalents are those of
`tools.mutants`, which does the same for the contracts.
"""
