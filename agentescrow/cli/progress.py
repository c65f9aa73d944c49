"""Show the progress of `agentescrow index`: a bar for people, lines of JSON for programs."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from agentescrow.indexer.follow import Progress as Step

_RATE_SECONDS: Final = 10.0

Report = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """Position and speed of an indexer.

    Attributes:
        block: Last indexed block.
        blocks_left: Blocks from there to the head.
        events: Events written since the start.
        rate: Events per second, over the last ten seconds.
    """

    block: int
    blocks_left: int
    events: int
    rate: float


class Tally:
    """Adds up the steps of an indexer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start counting; `clock` returns seconds."""
        self._clock = clock
        self._events = 0
        self._recent = deque([(clock(), 0)])

    def add(self, step: Step) -> Figures:
        """Count a step and return the new figures."""
        now = self._clock()
        self._events += step.events
        self._recent.append((now, self._events))
        while len(self._recent) > 2 and self._recent[1][0] <= now - _RATE_SECONDS:
            self._recent.popleft()
        since, before = self._recent[0]
        rate = (self._events - before) / max(now - since, 0.001)
        return Figures(step.block, step.head - step.block, self._events, rate)


@contextmanager
def progress_output(*, as_json: bool) -> Iterator[Report]:
    """Show progress on the terminal, or print it.

    Args:
        as_json: Print one line of JSON per step that reached another block, on standard output.
    """
    if as_json:
        yield _Lines()
        return
    with _display() as display:
        yield _Bar(display)


class _Lines:
    def __init__(self) -> None:
        self._tally = Tally()
        self._last: tuple[int, int] | None = None

    def __call__(self, step: Step) -> None:
        figures = self._tally.add(step)
        if self._last == (step.block, step.head):
            return
        self._last = (step.block, step.head)
        line = {
            "block": figures.block,
            "head": step.head,
            "blocksLeft": figures.blocks_left,
            "events": figures.events,
            "eventsPerSecond": round(figures.rate),
        }
        typer.echo(json.dumps(line))


class _Bar:
    def __init__(self, display: Progress) -> None:
        self._tally = Tally()
        self._display = display
        self._task = display.add_task("index", total=None, block=0, events=0, left=0, rate=0.0)

    def __call__(self, step: Step) -> None:
        figures = self._tally.add(step)
        self._display.update(
            self._task,
            total=step.head - step.first_block + 1,
            completed=step.block - step.first_block + 1,
            block=figures.block,
            events=figures.events,
            left=figures.blocks_left,
            rate=figures.rate,
        )


def _display() -> Progress:
    return Progress(
        TextColumn("block {task.fields[block]:,}"),
        BarColumn(),
        TextColumn("{task.fields[left]:,} blocks left, {task.fields[events]:,} events"),
        TextColumn("{task.fields[rate]:,.0f} events/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
