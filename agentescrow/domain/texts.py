"""Texts for the contracts: description, deliverable, feedback, reason (RUN-13, RUN-27)."""

from __future__ import annotations

from agentescrow.domain.constants import MAX_TEXT
from agentescrow.errors import InvalidInput, TextTooLong


def require_text(field: str, text: str) -> str:
    """Return a text of 1 to MAX_TEXT bytes of UTF-8, as the contract requires it.

    Args:
        field: Name of the text in error messages.
        text: Text to check.

    Raises:
        TextTooLong: It has more bytes.
        InvalidInput: It is empty, or not valid Unicode.
    """
    try:
        length = len(text.encode())
    except (AttributeError, UnicodeEncodeError):
        raise InvalidInput(field, text, "valid Unicode text, without lone surrogates") from None
    if length == 0:
        raise InvalidInput(field, text, f"1 to {MAX_TEXT} bytes of UTF-8")
    if length > MAX_TEXT:
        raise TextTooLong(field, text, length, MAX_TEXT)
    return text
