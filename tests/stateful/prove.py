"""Run the machine in process for long, on several cores, and write what it survived into the docs.

    python -m tests.stateful.prove [--transactions N] [--minutes N] [--workers N] [--seed N]
                                   [--rounds N]

Workers take the seeds from S on, each a round of ten examples; a round is repeated
by its seed. It ends with the rounds that bring the transactions to N, or that are under way when
the minutes are over, or after some rounds.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from itertools import count
from pathlib import Path

from localnet.evm import Revm
from tests.stateful.ground import Ground
from tests.stateful.invariants import INVARIANTS, inserted
from tests.stateful.outcome import Tally
from tests.stateful.profiles import settings_of
from tests.stateful.run import run_round

_DOCUMENT = Path(__file__).resolve().parents[2] / "docs/invariants.md"
_ROUNDS_A_TASK = 10


def main() -> None:
    """Prove, print, write."""
    asked = _asked()
    began = time.monotonic()
    _say(f"first seed {asked.seed}; a round is repeated by --seed S --rounds 1")
    until = began + 60 * asked.minutes if asked.minutes else None
    tally = _proved(asked.seed, asked.workers, asked.transactions, asked.rounds, until)
    seconds = time.monotonic() - began
    _say(tally.told(seconds))
    for name, row in INVARIANTS.items():
        _say(f"{name:7}{tally.checked[name]:>12,}  {row.words} (each {row.counted})")
    if asked.rounds is None:
        command = f"make prove SEED={asked.seed} TRANSACTIONS={asked.transactions}"
        if asked.minutes:
            command = (
                f"python -m tests.stateful.prove --seed {asked.seed} --minutes {asked.minutes}"
            )
        _DOCUMENT.write_text(inserted(_DOCUMENT.read_text(), tally, command, seconds))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{count} is not allowed; 1 or more is")
    return count


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transactions", type=_count, default=1_000_000)
    parser.add_argument("--minutes", type=_count, default=None)
    parser.add_argument("--workers", type=_count, default=2)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rounds", type=_count, default=None)
    asked = parser.parse_args()
    asked.seed = secrets.randbelow(10**9) if asked.seed is None else asked.seed
    return asked


def _proved(
    first: int, workers: int, transactions: int, rounds: int | None, until: float | None
) -> Tally:
    total = Tally()
    tasks = _tasks(first, rounds)
    with ProcessPoolExecutor(workers) as pool:
        running = {pool.submit(_ran, task) for _, task in zip(range(workers), tasks, strict=False)}
        while running:
            done = next(as_completed(running))
            running.remove(done)
            total.add(done.result())
            _say(f"{total.transactions:,} transactions, {total.views:,} views")
            enough = rounds is None and total.transactions >= transactions
            late = until is not None and time.monotonic() >= until
            if not (enough or late) and (task := next(tasks, None)):
                running.add(pool.submit(_ran, task))
    return total


def _tasks(first: int, rounds: int | None) -> Iterator[range]:
    """Seeds, some at a time; without a number of rounds for ever."""
    for start in count(first, _ROUNDS_A_TASK):
        stop = start + _ROUNDS_A_TASK
        if rounds is not None:
            stop = min(stop, first + rounds)
        if start >= stop:
            return
        yield range(start, stop)


def _ran(seeds: range) -> Tally:
    tally = Tally()
    for number in seeds:
        try:
            run_round(_ground(), tally, settings_of("long", "in process"), number)
        except BaseException as failure:
            failure.add_note(f"repeat: make prove SEED={number} ROUNDS=1")
            raise
    return tally


@cache
def _ground() -> Ground:
    return Ground(Revm())


if __name__ == "__main__":
    main()
