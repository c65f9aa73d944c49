"""Judges many mutants, on several processes, and remembers what came of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from typing import Final

from artifacts import Artifact
from tools.mutants.compiler import CONTRACTS, Compiler, NotCompiled, sources
from tools.mutants.killing import SURVIVED, checked, played
from tools.mutants.operators import Mutant, mutants_of

INVALID: Final = "does not compile"
SAME: Final = "compiles to the same"
_FIRST_ROUNDS: Final = 2
_LEFT_OUT: Final = ("contracts/interfaces/", "contracts/Forwarder.sol")


@dataclass(frozen=True)
class Result:
    """What came of a mutant.

    Attributes:
        mutant: The mutant.
        verdict: One of the words above or of `killing`.
        why: In a line.
    """

    mutant: Mutant
    verdict: str
    why: str


def all_mutants() -> list[Mutant]:
    """Make the mutants of everything that both contracts are made of."""
    files = sources()
    with Compiler() as compiler:
        trees = compiler.trees(files)
    return [
        mutant
        for file, text in files.items()
        if not file.startswith(_LEFT_OUT)
        for mutant in mutants_of(file, text, trees[file])
    ]


def complaint_of_originals() -> str | None:
    """Say what the tests have against the contracts as they stand, if anything.

    Otherwise they would kill every mutant.
    """
    with Compiler() as compiler:
        originals = compiler.artifacts(sources(), tuple(CONTRACTS))
    for verdict, why in (played(originals, range(1)), checked(originals)):
        if verdict != SURVIVED:
            return f"the contracts as they stand: {verdict}: {why}"
    return None


def results_of(mutants: Sequence[Mutant], workers: int, rounds: int) -> Iterator[Result]:
    """Judge mutants.

    Args:
        workers: How many processes.
        rounds: How many rounds of the state machine a mutant has to survive.

    Yields:
        Each result when it is there, in no order.
    """
    with ProcessPoolExecutor(workers, initializer=_begin) as pool:
        for future in as_completed([pool.submit(_judge, mutant, rounds) for mutant in mutants]):
            yield future.result()


# A worker process: its compiler and what the contracts are like as they stand

_compiler: Compiler
_files: dict[str, str]
_originals: dict[str, Artifact]


def _begin() -> None:
    global _compiler, _files, _originals
    _files = sources()
    _compiler = Compiler().__enter__()
    _originals = _compiler.artifacts(_files, tuple(CONTRACTS))


def _judge(mutant: Mutant, rounds: int) -> Result:
    files = _files | {mutant.file: mutant.applied(_files[mutant.file])}
    names = tuple(name for name, file in CONTRACTS.items() if file == mutant.file)
    try:
        compiled = _compiler.artifacts(files, names or tuple(CONTRACTS))
    except NotCompiled as refusal:
        return Result(mutant, INVALID, str(refusal).partition("\n")[0])
    changed = {n: a for n, a in compiled.items() if a.bytecode != _originals[n].bytecode}
    if not changed:
        return Result(mutant, SAME, "without optimizer")
    return _lived_through(mutant, files, changed, rounds)


def _lived_through(
    mutant: Mutant, files: dict[str, str], changed: dict[str, Artifact], rounds: int
) -> Result:
    """The cheapest first: what kills most, then what takes seconds, then what takes minutes."""
    everything = _originals | changed
    verdict, why = played(everything, range(min(_FIRST_ROUNDS, rounds)))
    if verdict == SURVIVED:
        verdict, why = checked(everything)
    if verdict == SURVIVED:
        deployed = _compiler.artifacts(files, tuple(changed), as_deployed=True)
        if all(deployed[name].bytecode == _as_deployed(name).bytecode for name in changed):
            return Result(mutant, SAME, "with optimizer and IR")
        verdict, why = checked(_originals | deployed)  # which needs less gas
    if verdict == SURVIVED:
        verdict, why = played(everything, range(_FIRST_ROUNDS, rounds))
    return Result(mutant, verdict, why)


@cache
def _as_deployed(name: str) -> Artifact:
    return _compiler.artifacts(_files, (name,), as_deployed=True)[name]
