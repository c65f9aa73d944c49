"""Errors of setting up a local chain.

SetupError                a tool or a build is missing; see artifacts/errors.py
└── LocalnetError
    ├── PortTaken         the port of Anvil is in use
    ├── AnvilFailed       Anvil ended, or never answered
    ├── PostgresqlFailed  PostgreSQL is installed and does not start
    └── ValkeyFailed      Valkey or Redis is installed and does not start

Every message is one line and says what to do.
"""

from __future__ import annotations

from artifacts import SetupError


class LocalnetError(SetupError):
    """Problem of a local chain that the developer has to fix."""


class PortTaken(LocalnetError):
    """The port is in use."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken: stop what listens there, or choose another port")
        self.port = port


class AnvilFailed(LocalnetError):
    """Anvil ended, or never answered."""


class PostgresqlFailed(LocalnetError):
    """PostgreSQL is installed and does not start."""


class ValkeyFailed(LocalnetError):
    """Valkey or Redis is installed and does not start."""
