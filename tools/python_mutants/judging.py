"""What the tests say of a mutant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from queue import SimpleQueue
from typing import Final

from tools.mutants.campaign import Result
from tools.mutants.killing import KILLED, SURVIVED
from tools.mutants.operators import Mutant
from tools.python_mutants.covering import steps_of
from tools.python_mutants.trees import Tree, tree

UNDECIDED: Final = "undecided"
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+::\S.*?)(?: - .*)?$", re.MULTILINE)
_FAILURES: Final = (1, 2, 4)  # of a test, of a module of tests, of a conftest.py
_PATIENCE: Final = 300.0  # seconds a test


class Broken(Exception):
    """The tests cannot be run."""


def judged(mutant: Mutant, where: Tree, *, near: bool = False) -> Result:
    """Let the tests of its file run on a mutant, fastest first, until one fails.

    Args:
        where: A tree that nothing else uses meanwhile.
        near: Run only those that kill most of its mutants.

    Raises:
        Broken: No test was run.
    """
    source = (where.root / mutant.file).read_text()
    for step in steps_of(mutant.file, near=near):
        with where.changed(mutant.file, mutant.applied(source)):
            run = where.run(step, _PATIENCE)
            if run.code is None:  # a busy machine is no hang
                run = where.run(step, _PATIENCE * 2)
        if run.code is None:
            return Result(mutant, KILLED, f"hangs: {run.output.strip()[-200:]}")
        if run.code in _FAILURES or run.code < 0:  # or it took the interpreter down
            return _failed(mutant, run.output, where)
        if run.code != 0:
            raise Broken(run.output[-2000:])
    return Result(mutant, SURVIVED, "")


def _failed(mutant: Mutant, output: str, where: Tree) -> Result:
    """What fails without the mutant too proves nothing."""
    failed = _FAILED.search(output)
    if failed is None:
        return Result(mutant, KILLED, output.strip()[-200:])
    test = failed.group(1)
    if where.run([test], _PATIENCE * 2).code == _FAILURES[0]:
        return Result(mutant, UNDECIDED, f"fails without it too: {test}")
    return Result(mutant, KILLED, test)


def results_of(mutants: Iterable[Mutant], workers: int, *, near: bool = False) -> Iterator[Result]:
    """Judge mutants.

    Args:
        workers: How many at a time.
        near: As in `judged`.

    Yields:
        Each result when it is there, in no order.

    Raises:
        Broken: The tests cannot be run.
    """
    with ExitStack() as stack, ThreadPoolExecutor(workers) as pool:
        trees = [stack.enter_context(tree(number)) for number in range(workers)]
        free: SimpleQueue[Tree] = SimpleQueue()
        for each in trees:
            free.put(each)
        waiting = [pool.submit(_in_a_tree, free, mutant, near) for mutant in mutants]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for each in trees:
                each.close()


def _in_a_tree(free: SimpleQueue[Tree], mutant: Mutant, near: bool) -> Result:
    where = free.get()
    try:
        return judged(mutant, where, near=near)
    finally:
        free.put(where)
