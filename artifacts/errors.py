"""Errors of an incomplete checkout.

SetupError
├── ToolMissing       a binary or an npm package is not installed
├── NotBuilt          a contract has not been compiled
└── LocalnetError     a local chain or one of its servers failed; see localnet/errors.py

Every message is one line and says what to do.
"""

from __future__ import annotations


class SetupError(Exception):
    """Problem of the checkout or the machine that the developer has to fix."""


class ToolMissing(SetupError):
    """A binary or an npm package is not installed."""


class NotBuilt(SetupError):
    """A contract has not been compiled."""
