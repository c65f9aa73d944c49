"""Lets the state machine of tests/stateful run on a mutant, and judges how that ended."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from pyrevm import EVM, CfgEnv, Env

from localnet.artifacts import Artifact, ours
from localnet.evm import Reverted, Revm
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


class _RoomyRevm(Revm):
    """Takes contracts of any size, since they are compiled without optimizer."""

    def __init__(self) -> None:
        super().__init__()
        config = CfgEnv(chain_id=84532, limit_contract_code_size=2**20)
        self._evm = EVM(env=Env(cfg=config), spec_id="PRAGUE")
        self.warp_to(self.now)


def judged(mutated: Mapping[str, Artifact], rounds: range) -> tuple[str, str]:
    """Run the machine until it fails, at most some rounds.

    Args:
        mutated: Contracts by name; as built where it is not among them.
        rounds: The seed of each round.

    Returns:
        The verdict, and in a line why.
    """
    try:
        with _time_limit(), _RoomyRevm() as chain:
            _play(chain, lambda name: mutated.get(name) or ours(name), rounds)
    except KeyboardInterrupt:
        raise
    except (
        BaseException
    ) as error:  # Hypothesis lets everything through, pytest's Failed is no Exception
        return verdict_on(error), _line(error)
    return SURVIVED, f"{len(rounds)} rounds"


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


def _play(chain: Revm, compiled: Callable[[str], Artifact], rounds: range) -> None:
    stage = {"ground": Ground(chain, compiled), "tally": Tally()}
    for number in rounds:
        machine = seed(number)(type("EscrowMachine", (EscrowMachine,), stage))
        run_state_machine_as_test(machine, settings=_SETTINGS)


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
