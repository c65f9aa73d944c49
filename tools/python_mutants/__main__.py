"""Mutation testing of the package: `python -m tools.python_mutants`, see the package."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Final

from artifacts import ROOT
from tools.mutants import equivalents
from tools.mutants.campaign import Result
from tools.mutants.equivalents import Equivalent
from tools.mutants.killing import KILLED
from tools.mutants.operators import Mutant
from tools.mutants.verdicts import Verdicts
from tools.python_mutants import report
from tools.python_mutants.judging import Broken, results_of
from tools.python_mutants.operators import mutants_of

EQUIVALENTS: Final = ROOT / "tests" / "mutation" / "python_equivalents.toml"
VERDICTS: Final = ROOT / ".build" / "python-mutants.jsonl"
_LEAST_SHARE: Final = 0.95
_LEFT_OUT: Final = ("agentescrow/generated/",)  # which has no logic


def _asked(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.python_mutants", description=__doc__)
    parser.add_argument("--only", default="agentescrow/", metavar="PREFIX", help="of the paths")
    parser.add_argument("--line", type=int, help="this line only")
    parser.add_argument("--sample", type=int, metavar="N", help="so many only, drawn by --seed")
    parser.add_argument("--seed", type=int, help="of the sample; a new one where none is given")
    parser.add_argument(
        "--near", action="store_true", help="only the tests that kill most: the least share"
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep what was killed; survivors again"
    )
    parser.add_argument("--workers", type=int, default=int(os.environ.get("WORKERS", "2")))
    return parser.parse_args(argv)


def _chosen(mutants: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    chosen = [
        mutant
        for mutant in mutants
        if mutant.file.startswith(asked.only) and asked.line in (None, mutant.line)
    ]
    if asked.sample is None or asked.sample >= len(chosen):
        return chosen
    seed = random.randrange(10_000) if asked.seed is None else asked.seed
    print(f"a sample of {asked.sample} of {len(chosen)}: --seed {seed}", flush=True)
    return random.Random(seed).sample(chosen, asked.sample)


def _judged(
    mutants: list[Mutant], files: dict[str, str], asked: argparse.Namespace
) -> list[Result]:
    """Results, each kept for the source that it was found on."""
    kept = {file: Verdicts.of({file: text}, VERDICTS) for file, text in files.items()}
    results = []
    if asked.resume:
        for file in {mutant.file for mutant in mutants}:
            known = kept[file].read([mutant for mutant in mutants if mutant.file == file])
            results += [result for result in known if result.verdict == KILLED]
    judged = {result.mutant for result in results}
    left = [mutant for mutant in mutants if mutant not in judged]
    begun = monotonic()
    for number, result in enumerate(results_of(left, asked.workers, near=asked.near), 1):
        list(kept[result.mutant.file].kept([result]))
        results.append(result)
        shown = "" if result.verdict == KILLED else f"\n{report.difference(result)}\n"
        where = f"{result.mutant.file}:{result.mutant.line}"
        seconds = monotonic() - begun
        print(f"{number}/{len(left)} {seconds:.0f} s {result.verdict} {where}{shown}", flush=True)
    return results


def _complaints(results: list[Result], stale: list[Equivalent]) -> Iterator[str]:
    for entry in stale:
        yield f"{EQUIVALENTS.name}: no mutant any more: {entry.file}: {entry.line}"
    if (share := report.share_killed(results)) < _LEAST_SHARE:
        yield f"{share:.1%} killed, {_LEAST_SHARE:.0%} are wanted"


def main(argv: Sequence[str]) -> int:
    """Judge mutants and print the figures.

    Args:
        argv: The command line.

    Returns:
        1 where too few were killed or an equivalent speaks of no mutant, else 0.
    """
    asked = _asked(argv)
    for sign in (signal.SIGINT, signal.SIGTERM):  # so that nothing is left running or lying about
        signal.signal(sign, lambda *_: sys.exit(1))
    paths = sorted((ROOT / "agentescrow").rglob("*.py"))
    files = {str(path.relative_to(ROOT)): path.read_text() for path in paths}
    mutants = [m for f, t in files.items() if not f.startswith(_LEFT_OUT) for m in mutants_of(f, t)]
    try:
        known = equivalents.read(EQUIVALENTS)
        results = _judged(_chosen(mutants, asked), files, asked)
    except (ValueError, Broken) as error:
        print(error, file=sys.stderr)
        return 1
    print(report.tables(results), report.survivors(results, known), sep="\n\n")
    complaints = list(_complaints(results, equivalents.unmatched(known, mutants)))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
