"""The symbolic proofs of tests/symbolic: each holds, and finds the fault that is seeded for it."""
