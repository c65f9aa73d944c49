"""What can go wrong while a local chain is set up.

LocalnetError
├── ToolMissing       a binary or an npm package is not installed
├── NotBuilt          a contract has not been compiled
├── PortTaken         somebody listens where Anvil should
├── AnvilFailed       Anvil ended, or never answered
├── PostgresqlFailed  PostgreSQL is installed and does not start
└── ValkeyFailed      Valkey or Redis is installed and does not start

Every message is one line and says what to do.
"""

from __future__ import annotations


class LocalnetError(Exception):
    """Anything of the local chain that the developer has to put right."""


class ToolMissing(LocalnetError):
    """A binary or an npm package is not installed."""


class NotBuilt(LocalnetError):
    """A contract has not been compiled."""


class PortTaken(LocalnetError):
    """Somebody listens on the port already."""

    def __init__(self, port: int) -> None:
        """Name the port.

        Args:
            port: The port that was asked for.
        """
        super().__init__(f"port {port} is taken: stop what listens there, or choose another port")
        self.port = port


class AnvilFailed(LocalnetError):
    """Anvil ended, or never answered."""


class PostgresqlFailed(LocalnetError):
    """PostgreSQL is installed and does not start."""


class ValkeyFailed(LocalnetError):
    """Valkey or Redis is installed and does not start."""
