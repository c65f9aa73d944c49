"""The texts of a run: description, deliverable, feedback, reason (RUN-13, RUN-27)."""

from __future__ import annotations

from agentescrow.domain.constants import MAX_TEXT
from agentescrow.errors import InvalidInput, TextTooLong


def require_text(field: str, text: str) -> str:
    """Refuse what the contract would refuse, before anything is sent.

    Args:
        field: What it is, in the caller's words.
        text: 1 to MAX_TEXT bytes of UTF-8.

    Returns:
        The text.

    Raises:
        TextTooLong: It has more bytes.
        InvalidInput: It is empty, or not text that UTF-8 can write.
    """
    try:
        length = len(text.encode())
    except (AttributeError, UnicodeEncodeError):
        raise InvalidInput(field, text, "text, without halves of characters") from None
    if length == 0:
        raise InvalidInput(field, text, f"1 to {MAX_TEXT} bytes of UTF-8")
    if length > MAX_TEXT:
        raise TextTooLong(field, text, length, MAX_TEXT)
    return text
