"""Amounts of USDC.

parse_usdc: text | int | Decimal -> base units, or InvalidAmount with the value and what is allowed
format_usdc: base units -> text that parses back
fee_on: 5 % rounded up
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentescrow.domain.money import UINT64_MAX, fee_on, format_usdc, parse_usdc
from agentescrow.errors import AgentEscrowError, InvalidAmount


@pytest.mark.parametrize(
    ("given_amount", "base_units"),
    [
        ("12.5", 12_500_000),
        ("0", 0),
        ("0.000001", 1),
        ("100", 100_000_000),
        ("0012.500000", 12_500_000),
        ("18446744073709.551615", UINT64_MAX),
        ("0" * 5000 + "1", 1_000_000),
        (20, 20_000_000),
        (Decimal("12.5"), 12_500_000),
        (Decimal("1E+2"), 100_000_000),
        (Decimal("0E+5"), 0),
    ],
)
def test_parse_usdc__plain_amount__is_exact(given_amount, base_units):
    """API-2: whole USDC as exact decimal, base units inside."""
    assert parse_usdc(given_amount) == base_units


@pytest.mark.parametrize(
    "refused",
    [
        *["", " ", "-1", "-0", "+1", "NaN", "nan", "Infinity", "-inf", "1e3", "1E3", "1,000"],
        *["1_000", "1'000", "1 000", " 1", "1 ", "1\n", ".5", "5.", ".", "1.2.3", "0x10", "12,5"],
        *["$5", "٣", "1.0000001", "1.0000000", "18446744073709.551616", "9" * 5000],
        *[-1, 18_446_744_073_710, 10**5000, 1.5, float("nan"), True, None, b"1"],
        *[Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-0"), Decimal("-1")],
        *[Decimal("1E-7"), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("0.0000000")],
    ],
    ids=lambda refused: f"{type(refused).__name__}",
)
def test_parse_usdc__anything_else__names_value_and_what_is_allowed(refused):
    """API-2: a typed error with the value and what is allowed, on one line."""
    with pytest.raises(InvalidAmount) as caught:
        parse_usdc(refused)
    assert caught.value.value is refused
    assert caught.value.allowed in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert caught.value.code == "INVALID_AMOUNT"
    assert isinstance(caught.value, AgentEscrowError)


@pytest.mark.parametrize(
    ("base_units", "text"),
    [(12_500_000, "12.5"), (0, "0"), (1, "0.000001"), (100_000_000, "100"), (-1_500_000, "-1.5")],
)
def test_format_usdc__base_units__has_no_superfluous_zeros(base_units, text):
    """API-2: the text that people read and write."""
    assert format_usdc(base_units) == text


@pytest.mark.parametrize("refused", [1.5, "1", True, None, Decimal(1)])
def test_format_usdc__no_int__is_refused(refused):
    """API-2: base units are int, never float."""
    with pytest.raises(InvalidAmount):
        format_usdc(refused)


@given(st.integers(0, UINT64_MAX))
def test_format_usdc__parsed_back__is_the_same(base_units):
    """API-2: no amount is changed by being written and read."""
    assert parse_usdc(format_usdc(base_units)) == base_units


@given(st.decimals(0, 10**12, places=6))
def test_parse_usdc__decimal_and_its_text__agree(amount):
    """API-2: Decimal at the edges and text mean the same."""
    assert parse_usdc(amount) == parse_usdc(f"{amount:f}") == amount * 10**6


@pytest.mark.parametrize(
    ("reward", "fee"), [(0, 0), (1, 1), (20, 1), (21, 2), (100_000_000, 5_000_000)]
)
def test_fee_on__reward__is_five_percent_rounded_up(reward, fee):
    """RUN-3: rounded up, so that no run is free of it."""
    assert fee_on(reward) == fee


@given(st.integers(0, 2**64))
def test_fee_on__any_reward__is_the_smallest_int_not_below_five_percent(reward):
    """RUN-3: the least whole unit that is at least reward x 500 / 10_000."""
    assert fee_on(reward) - 1 < Fraction(reward * 500, 10_000) <= fee_on(reward)


@pytest.mark.parametrize("refused", [-1, 1.0, "1", True])
def test_fee_on__no_amount__is_refused(refused):
    """RUN-3: base units, 0 or more."""
    with pytest.raises(InvalidAmount):
        fee_on(refused)
