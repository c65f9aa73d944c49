"""What a transaction did, compared exactly.

`ape.reverts` accepts a reason string where a custom error is expected, and overlooks values that
are not named or are misspelled. `reverting` takes one error, with all of its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ape.exceptions import ContractLogicError, CustomError
from eth_abi.abi import decode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

# How Anvil words errors that Ape does not decode: those of views and of constructors.
_UNDECODED = re.compile(r"(?:custom error )?0x([0-9a-f]{8})(?:: )?(.*)", re.DOTALL)


@contextmanager
def reverting(error, **values) -> Iterator[None]:
    """Expect a custom error.

    Args:
        error: The error of a contract instance, `registry.NotMarket`.
        values: Everything that it carries; accounts and contracts stand for their addresses.
    """
    with pytest.raises(ContractLogicError) as caught:
        yield
    expected = {name: getattr(value, "address", value) for name, value in values.items()}
    assert _decoded(caught.value, error.abi) == (error.abi.name, expected)


def emitted(tx, contract) -> list[tuple]:
    """List one contract's events in their order: the name, then all fields as the ABI has them."""
    return [
        (log.event_name, *log.event_arguments.values())
        for log in tx.events
        if log.contract_address == contract.address
    ]


def _decoded(thrown: ContractLogicError, expected) -> tuple:
    """Tell the error's name and values, or the reason string where it is no custom error."""
    if isinstance(thrown, CustomError):
        return thrown.name, dict(thrown.inputs)
    found = _UNDECODED.fullmatch(thrown.message)
    if not found or bytes.fromhex(found[1]) != keccak(text=expected.selector)[:4]:
        return ("Error", thrown.message)
    types = [value.canonical_type for value in expected.inputs]
    values = decode(types, _bytes(found[2]))
    names = [value.name for value in expected.inputs]
    return expected.name, {
        name: to_checksum_address(value) if kind == "address" else value
        for name, kind, value in zip(names, types, values, strict=True)
    }


def _bytes(text: str) -> bytes:
    """Read what Anvil prints as hexadecimal, or as text where the bytes happen to be text."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()
