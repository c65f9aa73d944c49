"""Texts for the contract: their bytes are counted, not their characters (RUN-13, RUN-27)."""

from __future__ import annotations

import pytest

from agentescrow.domain.texts import require_text
from agentescrow.errors import InvalidInput, TextTooLong


@pytest.mark.parametrize("text", ["x", "x" * 2_048, "\u00e4" * 1_024, "\U0001f600" * 512, "\0"])
def test_require_text__up_to_2048_bytes__is_given_back(text):
    """RUN-27."""
    assert require_text("feedback", text) == text


@pytest.mark.parametrize(
    ("text", "length"),
    [("x" * 2_049, 2_049), ("\u00e4" * 1_025, 2_050), ("\U0001f600" * 513, 2_052)],
)
def test_require_text__more_bytes__is_refused_with_length_and_limit(text, length):
    """RUN-27: characters of two and four bytes count as many."""
    with pytest.raises(TextTooLong) as refused:
        require_text("feedback", text)

    assert (refused.value.field, refused.value.length, refused.value.max) == (
        "feedback",
        length,
        2_048,
    )


@pytest.mark.parametrize("text", ["", "a\ud800", None, 7, b"bytes"])
def test_require_text__nothing_or_no_text__is_refused_with_what_is_allowed(text):
    """RUN-13: what the chain cannot hold, or would call empty."""
    with pytest.raises(InvalidInput) as refused:
        require_text("reason", text)

    assert not isinstance(refused.value, TextTooLong)
    assert refused.value.field == "reason"
