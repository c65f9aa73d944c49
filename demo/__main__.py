"""`python -m demo`."""

from __future__ import annotations

from demo.command import cli

cli(prog_name="demo")
