"""Lets the state machine and the tests in process run on a mutant, and judges how that ended."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from artifacts import ROOT, Artifact, ours
from localnet.evm import Reverted, Revm
from tests.in_process.substitution import COMPILED
from tests.stateful.ground import Ground
from tests.stateful.machine import EscrowMachine
from tests.stateful.outcome import Tally

KILLED: Final = "killed"
SURVIVED: Final = "survived"
CRASHED: Final = "the machine crashed"
TIMED_OUT: Final = "timed out"

_EXAMPLES: Final = 10
_STEPS: Final = 40
_SECONDS: Final = 300
# Without optimizer contracts are larger than a chain would take them.
_ROOM: Final = 2**20
_TESTS: Final = ROOT / "tests" / "in_process"
# Assertions stay as they are: Hypothesis is imported before pytest could rewrite them.
_QUIETLY: Final = (
    "-x",
    "-q",
    "--assert=plain",
    "-p",
    "no:ape_test",
    "-p",
    "no:cacheprovider",
    "--tb=no",
)
_SETTINGS: Final = settings(
    max_examples=_EXAMPLES,
    stateful_step_count=_STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)


class _TimedOut(BaseException):
    """Not an Exception, so that Hypothesis lets it pass."""


def played(mutated: Mapping[str, Artifact], rounds: range) -> tuple[str, str]:
    """Run the machine until it fails, at most some rounds.

    Args:
        mutated: Contracts by name; as built where it is not among them.
        rounds: The seed of each round.

    Returns:
        The verdict, and in a line why.
    """
    return _judged(lambda: _play(_lookup(mutated), rounds), f"{rounds.stop} rounds")


def checked(mutated: Mapping[str, Artifact]) -> tuple[str, str]:
    """Run the tests of tests/in_process until one fails.

    Returns:
        The verdict, and in a line why.
    """
    return _judged(lambda: _test(_lookup(mutated)), "tests in process")


def verdict_on(error: BaseException) -> str:
    """Tell a disagreement from a fault of the machine's own.

    A kill is a comparison that failed, a call or a deployment that reverted where none may, or one
    that the EVM ended (out of gas, invalid instruction). Anything else is the tests' own fault.
    """
    if isinstance(error, _TimedOut):
        return TIMED_OUT
    if isinstance(error, BaseExceptionGroup):
        return KILLED if KILLED in map(verdict_on, error.exceptions) else CRASHED
    if isinstance(error, AssertionError | Reverted | pytest.fail.Exception):
        return KILLED
    if isinstance(error, RuntimeError) and ("Halt" in str(error) or "Revert" in str(error)):
        return KILLED
    return CRASHED


def _judged(run: Callable[[], None], survived: str) -> tuple[str, str]:
    try:
        with _time_limit():
            run()
    except KeyboardInterrupt:
        raise
    # Hypothesis lets everything through, and pytest's Failed is no Exception.
    except BaseException as error:
        return verdict_on(error), _line(error)
    return SURVIVED, survived


def _lookup(mutated: Mapping[str, Artifact]) -> Callable[[str], Artifact]:
    return lambda name: mutated.get(name) or ours(name)


def _play(compiled: Callable[[str], Artifact], rounds: range) -> None:
    with Revm(max_code_size=_ROOM) as chain:
        stage = {"ground": Ground(chain, compiled), "tally": Tally()}
        for number in rounds:
            machine = seed(number)(type("EscrowMachine", (EscrowMachine,), stage))
            run_state_machine_as_test(machine, settings=_SETTINGS)


def _test(compiled: Callable[[str], Artifact]) -> None:
    """Let pytest run, without a word, and raise what the first test failed with."""
    substitute = _Substitute(compiled)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        code = pytest.main([str(_TESTS), *_QUIETLY], plugins=[substitute])
    if substitute.failure:
        raise substitute.failure
    if code != pytest.ExitCode.OK:
        raise LookupError(f"pytest ended with {code}")


class _Substitute:
    """A plugin that puts mutants in the contracts' place and keeps what a test failed with."""

    def __init__(self, compiled: Callable[[str], Artifact]) -> None:
        self._compiled = compiled
        self.failure: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[COMPILED] = self._compiled

    def pytest_exception_interact(self, call: pytest.CallInfo[None]) -> None:
        if call.excinfo and self.failure is None:
            self.failure = call.excinfo.value


@contextmanager
def _time_limit() -> Iterator[None]:
    def over(*_: object) -> None:
        raise _TimedOut

    signal.signal(signal.SIGALRM, over)
    signal.alarm(_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:200]
