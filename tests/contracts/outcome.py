"""What a transaction did, compared exactly.

`ape.reverts` accepts a reason string where a custom error is expected, and overlooks values that
are not named or are misspelled. `reverting` takes one error with all of its values and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ape.exceptions import ContractLogicError, CustomError


@contextmanager
def reverting(error, **values) -> Iterator[None]:
    """Expect a custom error.

    Args:
        error: The error of a contract instance, `registry.NotMarket`.
        values: Everything that it carries; accounts and contracts stand for their addresses.
    """
    with pytest.raises(ContractLogicError) as caught:
        yield
    thrown = caught.value
    assert isinstance(thrown, CustomError), f"expected {error.abi.name}, got {thrown!r}"
    expected = {name: _plain(value) for name, value in values.items()}
    assert (thrown.name, dict(thrown.inputs)) == (error.abi.name, expected)


def emitted(tx, contract) -> list[tuple]:
    """List one contract's events in their order: the name, then all fields as the ABI has them."""
    return [
        (log.event_name, *log.event_arguments.values())
        for log in tx.events
        if log.contract_address == contract.address
    ]


def _plain(value):
    return getattr(value, "address", value)
