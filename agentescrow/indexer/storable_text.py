"""Text that anybody may have put on the chain, as a database can hold it."""

from __future__ import annotations


def storable(text: str) -> str:
    """Replace what PostgreSQL's text cannot hold; the chain keeps the original.

    Args:
        text: As decoded.
    """
    return text.replace("\0", "\ufffd")
