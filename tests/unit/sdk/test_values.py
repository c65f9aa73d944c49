"""The ends of what callers may give, and what looks like a number and is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agentescrow.errors import InvalidAmount, InvalidInput, InvalidTime
from agentescrow.sdk.validation import address, base_units, moment, number

LOWER = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
CHECKSUM = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


@pytest.mark.parametrize("given", [0, 1, 2**64 - 1, "0", "20000000", "0" * 20, str(2**64 - 1)])
def test_base_units__up_to_the_highest__are_taken(given):
    """API-7: an amount has 64 bits; text means the same as the number."""
    taken = base_units(given)

    assert taken == int(given)
    assert type(taken) is int


@pytest.mark.parametrize(
    "given",
    [
        *(-1, 2**64, str(2**64), "0" * 21, "", "-1", "+1", " 1", "1.0", "1_000", "٣", "20 USDC"),
        *(True, False, 1.0, None, b"1"),
    ],
    ids=repr,
)
def test_base_units__beyond_or_something_else__are_refused(given):
    """API-7: True is no base unit, and 20.0 might be meant as USDC."""
    with pytest.raises(InvalidAmount) as refused:
        base_units(given)

    assert str(refused.value.value) == str(given)


@pytest.mark.parametrize("given", [0, 1, 2**63 - 1])
def test_number__up_to_the_highest_of_a_database__is_taken(given):
    """API-7: a run, or an agent; the first agent of a registry is number 0."""
    assert number("run_id", given) == given


@pytest.mark.parametrize("given", [-1, 2**63, True, False, "1", 1.0, None], ids=repr)
def test_number__beyond_or_something_else__is_refused(given):
    """API-7: the error says what it was given for."""
    with pytest.raises(InvalidInput) as refused:
        number("run_id", given)

    assert (refused.value.field, refused.value.value) == ("run_id", given)


@pytest.mark.parametrize("given", [LOWER, CHECKSUM, LOWER.upper().replace("X", "x")])
def test_address__of_any_case_that_fits__has_its_checksum(given):
    """API-7: as copied from anywhere."""
    assert address("to", given) == CHECKSUM


@pytest.mark.parametrize(
    "given",
    [CHECKSUM.replace("F", "f", 1), LOWER[:-1], LOWER + "0", "", None, bytes(20), 0],
    ids=repr,
)
def test_address__mistyped_or_something_else__is_refused(given):
    """API-7: a letter in the wrong case is another address, as likely as not."""
    with pytest.raises(InvalidInput) as refused:
        address("to", given)

    assert (refused.value.field, refused.value.value) == ("to", given)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (0, 0),
        (1_800_000_000, 1_800_000_000),
        ("+1m", 1_700_000_060),
        ("2026-12-01T12:00:00Z", 1_796_126_400),
        (datetime(2026, 12, 1, 12, tzinfo=UTC), 1_796_126_400),
        (datetime(2026, 12, 1, 12, 0, 0, 999_999, tzinfo=UTC), 1_796_126_400),
    ],
)
def test_moment__said_in_any_way__is_unix_seconds(given, seconds):
    """API-7: fractions of a second are cut off, and "+" counts from the given now."""
    taken = moment(given, 1_700_000_000)

    assert taken == seconds
    assert type(taken) is int


@pytest.mark.parametrize(
    "given", [-1, True, False, 1.0, None, datetime(2026, 12, 1), "2026-12-01T12:00"], ids=repr
)
def test_moment__without_a_zone_or_something_else__is_refused(given):
    """API-7: a time without its zone is another one on every machine."""
    with pytest.raises(InvalidTime) as refused:
        moment(given, 1_700_000_000)

    assert refused.value.value == given
