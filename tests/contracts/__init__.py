"""Tests of the contracts, driven through Ape."""

import pytest

# They assert in the tests' place: show values where they fail.
pytest.register_assert_rewrite(
    "tests.contracts.books", "tests.contracts.ledger", "tests.contracts.outcome"
)
