"""What the shell has exported, and no test may see: tests pass whatever it is."""

from __future__ import annotations

from collections.abc import MutableMapping

from pydantic_settings import BaseSettings

from agentescrow import settings

_NETWORKS = frozenset({"BASE_RPC_URL", "BASE_SEPOLIA_RPC_URL"})
_TERMINAL = frozenset({"COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "CLICOLOR_FORCE"})
_LIBPQ = "PG"  # PGSSLMODE, PGOPTIONS and their like change every connection to PostgreSQL
_NEAR = "127.0.0.1,localhost"


def leave(environ: MutableMapping[str, str], *, keep: frozenset[str] = frozenset()) -> None:
    """Take out of an environment what would decide how a test ends.

    Args:
        environ: Changed in place; processes that tests start inherit it.
        keep: Names that stay.
    """
    hidden = (_settings() | _NETWORKS | _TERMINAL) - keep
    for name in list(environ):
        if name.upper() in hidden or name.startswith(_LIBPQ):
            del environ[name]
    for name in ("NO_PROXY", "no_proxy"):  # every node and every API of a test is on this machine
        environ[name] = ",".join(filter(None, (_NEAR, environ.get(name))))


def _settings() -> frozenset[str]:
    """The names of all settings of the package; they are read in any case of letters."""
    kinds = [k for k in vars(settings).values() if isinstance(k, type) and k is not BaseSettings]
    found = [k.model_fields for k in kinds if issubclass(k, BaseSettings)]
    return frozenset(name.upper() for fields in found for name in fields)
