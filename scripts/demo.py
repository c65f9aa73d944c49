"""Play runs from start to end on a local chain: the same as `make demo`."""

from __future__ import annotations

from demo.command import cli

__all__ = ["cli"]
