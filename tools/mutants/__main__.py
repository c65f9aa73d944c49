"""Mutation testing: `python -m tools.mutants`, see the package."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from artifacts import SetupError
from tools.mutants import equivalents, report
from tools.mutants.campaign import (
    INVALID,
    SAME,
    Result,
    all_mutants,
    complaint_of_originals,
    results_of,
)
from tools.mutants.compiler import sources
from tools.mutants.equivalents import Equivalent
from tools.mutants.killing import KILLED
from tools.mutants.operators import Mutant
from tools.mutants.verdicts import Verdicts

_LEAST_SHARE = 0.98
_LEAST_VALID = 400
_ROUNDS = 36
# No new test changes them.
_LAST_WORDS = (KILLED, INVALID, SAME)


def _asked(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="sources whose path has it")
    parser.add_argument("--function", metavar="NAME", help="this function or constant only")
    parser.add_argument("--line", type=int, help="this line only")
    parser.add_argument("--limit", type=int, help="so many only, spread over all")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="of the state machine")
    parser.add_argument(
        "--resume", action="store_true", help="keep verdicts; judge unargued survivors again"
    )
    parser.add_argument("--workers", type=int, default=int(os.environ.get("WORKERS", "2")))
    return parser.parse_args(argv)


def _chosen(mutants: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    chosen = [
        mutant
        for mutant in mutants
        if asked.only in mutant.file
        and asked.function in (None, mutant.function)
        and asked.line in (None, mutant.line)
    ]
    return chosen[:: max(1, len(chosen) // asked.limit)] if asked.limit else chosen


def _judged(mutants: list[Mutant], asked: argparse.Namespace, console: Console) -> list[Result]:
    verdicts = Verdicts.of(sources())
    known = verdicts.read(mutants) if asked.resume else []
    argued = equivalents.read()
    results = [
        result
        for result in known
        if result.verdict in _LAST_WORDS or any(entry.is_of(result.mutant) for entry in argued)
    ]
    judged = {result.mutant for result in results}
    left = [mutant for mutant in mutants if mutant not in judged]
    arriving = verdicts.kept(results_of(left, asked.workers, asked.rounds))
    return results + _watched(arriving, len(left), console)


def _watched(arriving: Iterator[Result], count: int, console: Console) -> list[Result]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    results = []
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task("mutants", total=count)
        for result in arriving:
            results.append(result)
            if result.verdict != KILLED and report.valid([result]):
                where = f"{result.mutant.file}:{result.mutant.line}"
                progress.print(f"{result.verdict}: {where}: {result.mutant.mutated_text}")
            progress.update(task, advance=1)
    return results


def _complaints(results: list[Result], stale: list[Equivalent], *, whole: bool) -> list[str]:
    share, count = report.share_killed(results), len(report.valid(results))
    complaints = [f"equivalents.toml: no mutant any more: {entry.line}" for entry in stale]
    if share < _LEAST_SHARE:
        complaints.append(f"{share:.1%} killed, {_LEAST_SHARE:.0%} are wanted")
    if whole and count < _LEAST_VALID:
        complaints.append(f"{count} valid mutants, {_LEAST_VALID} are wanted")
    return complaints


def main(argv: Sequence[str]) -> int:
    """Judge mutants, print the figures, and renew docs/mutants.md where it was all of them.

    Args:
        argv: The command line.

    Returns:
        1 where too few were killed or an equivalent speaks of no mutant, else 0.
    """
    asked = _asked(argv)
    console = Console()
    try:
        known = equivalents.read()
        mutants = all_mutants()
    except (ValueError, SetupError) as error:
        print(error, file=sys.stderr)
        return 1
    if complaint := complaint_of_originals():
        print(complaint, file=sys.stderr)
        return 1
    chosen = _chosen(mutants, asked)
    whole = len(chosen) == len(mutants)
    results = _judged(chosen, asked, console)
    print(report.table(results), report.survivors(results, known), sep="\n\n")
    if whole:
        document = report.DOCUMENT.read_text()
        report.DOCUMENT.write_text(report.inserted(document, results, known))
    complaints = _complaints(results, equivalents.unmatched(known, mutants), whole=whole)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
