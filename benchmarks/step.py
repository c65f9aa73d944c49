"""Measured steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.ground import TOKENS, Ground
from localnet.evm import Contract


@dataclass(frozen=True)
class Call:
    """A transaction: who calls which function of which contract with what."""

    sender: object
    contract: Contract
    function: str
    args: tuple[object, ...] = ()


Prepare = Callable[[Ground], Call]


@dataclass(frozen=True)
class Step:
    """A step to measure.

    Attributes:
        function: As the contract names it.
        case: In which case, where it has several.
        tokens: On which tokens, keys of `TOKENS`.
        prepare: Makes the ground ready and returns the transaction.
    """

    function: str
    case: str
    tokens: tuple[str, ...]
    prepare: Prepare

    @property
    def name(self) -> str:
        """Function and case, unique."""
        return f"{self.function}, {self.case}" if self.case else self.function


STEPS: list[Step] = []


def step(
    function: str, case: str = "", tokens: tuple[str, ...] = tuple(TOKENS)
) -> Callable[[Prepare], Prepare]:
    """Measure the transaction that the decorated function prepares."""

    def add(prepare: Prepare) -> Prepare:
        STEPS.append(Step(function, case, tokens, prepare))
        return prepare

    return add
