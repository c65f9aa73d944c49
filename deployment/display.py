"""Format amounts, times, JSON and tables for Ape commands."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from agentescrow.domain.money import format_usdc
from agentescrow.domain.times import format_time


def as_json(value: object) -> str:
    """Serialize plain values as JSON; bytes become hexadecimal text."""
    return json.dumps(value, indent=2, default=_plain)


def show_table(title: str, rows: Mapping[str, str]) -> None:
    """Print a table of two columns; skip empty rows."""
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, text in rows.items():
        if text:
            table.add_row(name, text)
    console = Console(highlight=False, soft_wrap=True)
    with console.capture() as captured:
        console.print(table)
    click.echo(captured.get(), nl=False)


def usdc(amount: int) -> str:
    """Format base units for people."""
    return f"{format_usdc(amount)} USDC"


def moment(timestamp: int) -> str:
    """Format unix seconds for people; 0 is empty."""
    return format_time(timestamp) if timestamp else ""


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
