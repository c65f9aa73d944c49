"""What the state machine hardly sees: hostile tokens, constructors, half answers, highest values.

These tests run in this process, on the contracts as built. `make mutants` runs them on each mutant
that the state machine has not killed yet.
"""
