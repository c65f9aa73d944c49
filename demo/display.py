"""Print the demo: aligned lines in the colours of the roles, a progress bar, tables.

In a pipe or a file there are no colours and no bar.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from demo.wording import moment

COLOURS: Final = {
    "poster": "cyan",
    "agent": "green",
    "newcomer": "bright_green",
    "outsider": "yellow",
    "relayer": "magenta",
    "treasury": "blue",
    "contract": "bright_blue",
}
_PIPE_WIDTH: Final = 120
_WIDEST: Final = 140
_UNLIMITED: Final = 10_000
_MONEY: Final = r"[0-9][0-9.,]*[0-9] (USDC|ETH)|\b[0-9] (USDC|ETH)"
_STATUS: Final = r"\b(UNVERIFIED|PROVISIONAL|ESTABLISHED|FROZEN|BANNED)\b"


class Display:
    """Prints to the standard output."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, emoji=False, markup=False)
        self._is_screen = sys.stdout.isatty() and not self._console.is_dumb_terminal
        width = min(self._console.width, _WIDEST) if self._is_screen else _PIPE_WIDTH
        self._console.width = width
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._is_screen,
        )
        self._task = self._progress.add_task("", total=None)

    @contextmanager
    def progress(self, description: str, total: int) -> Iterator[None]:
        """Show a progress bar below the lines.

        Args:
            description: Label of the bar.
            total: Number of `advance` calls.
        """
        self._progress.update(self._task, description=description, total=total)
        with self._progress:
            yield

    def advance(self) -> None:
        """Move the bar by one."""
        self._progress.advance(self._task)

    def heading(self, text: str) -> None:
        """Print a heading."""
        self._print(Text())
        self._print(Rule(Text(text, style="bold"), align="left", style="dim"))

    def plain(self, text: str, style: str = "") -> None:
        """Print a line."""
        self._print(_marked(text, style))

    def line(self, timestamp: int, name: str, role: str, text: str) -> None:
        """Print an action and its actor.

        Args:
            timestamp: The chain's time.
            name: Name of the actor.
            role: Chooses the colour.
            text: The action.
        """
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=12, no_wrap=True)
        row.add_column(width=9, no_wrap=True)
        row.add_column(overflow="fold")
        who = Text(name, style=f"bold {COLOURS[role]}")
        row.add_row(Text(moment(timestamp), style="dim"), who, _marked(text))
        self._print(row)

    def pause(self, text: str) -> None:
        """Print that time passes."""
        self._print(Text(f"{'':14}· {text} ·", style="dim"))

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, total: bool = False
    ) -> None:
        """Print a table.

        Args:
            columns: Headings; a leading ">" aligns the column to the right.
            rows: Cells as text.
            total: Separate the last row.
        """
        table = Table(
            box=SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            padding=(0, 1, 0, 0),
            header_style="bold",
        )
        for number, name in enumerate(columns):
            is_last = number == len(columns) - 1
            # On a narrow screen only the last column wraps.
            table.add_column(
                name.removeprefix(">"),
                justify="right" if name.startswith(">") else "left",
                no_wrap=not is_last,
                overflow="fold",
            )
        cells = [[_marked(cell) for cell in row] for row in rows]
        for number, row in enumerate(cells):
            last = number == len(cells) - 1
            table.add_row(
                *row,
                style="bold" if total and last else "",
                end_section=total and number == len(cells) - 2,
            )
        everything = self._console.options.update(max_width=_UNLIMITED)
        needed = Measurement.get(self._console, everything, table).minimum
        width = self._console.width
        self._console.width = max(width, needed)  # a wrapped line is better than a truncated figure
        self._print(table)
        self._console.width = width

    def _print(self, what: RenderableType) -> None:
        if self._is_screen:
            self._console.print(what)
            return
        with self._console.capture() as captured:
            self._console.print(what)
        lines = (line.rstrip() for line in captured.get().splitlines())
        print(*lines, sep="\n", flush=True)  # noqa: T201 - this is what it is for


def _marked(text: str, style: str = "") -> Text:
    marked = Text(text, style=style)
    marked.highlight_regex(_MONEY, "bold")
    marked.highlight_regex(_STATUS, "bold yellow")
    return marked
