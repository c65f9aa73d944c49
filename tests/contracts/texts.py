"""Texts at the limit of what a contract takes (RUN-27)."""

from __future__ import annotations

MAX_TEXT = 2_048
"""Bytes that ipfsHash, deliverableURI, feedback and reason may have."""

JUST_RIGHT = ["x", "x" * MAX_TEXT, "€" * 682 + "xx", "\0" * MAX_TEXT]
"""The shortest and the longest; a character may be several bytes."""

TOO_LONG = ["x" * (MAX_TEXT + 1), "€" * 683, "x" * 10_000]
"""By one byte; by one byte, though far fewer characters; by far."""
