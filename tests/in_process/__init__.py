"""What the state machine does not see: hostile tokens, constructors, half an answer, highest values.

These tests run in this process, on the contracts as built. `make mutants` runs them on each mutant
that the state machine has not killed yet.
"""
