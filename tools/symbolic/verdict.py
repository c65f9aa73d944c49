"""What the figures that Halmos gives of a check say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    """The end of a check, in the order of Halmos's exit codes."""

    PROVEN = "proven"
    REFUTED = "refuted"
    TIMEOUT = "out of time"
    STUCK = "stuck"
    REVERTED = "only reverts"
    FAILED = "failed"
    BOUNDED = "bounded"
    MISSING = "not run"


_BY_EXIT_CODE = tuple(Result)[:6]


@dataclass(frozen=True)
class Verdict:
    """A result, and over how many paths in how many seconds it came about."""

    result: Result
    paths: int = 0
    seconds: float = 0.0


def judge(figures: dict[str, Any]) -> Verdict:
    """Judge one check; a loop that was cut short leaves cases out, so that nothing is proven.

    Args:
        figures: What Halmos writes of it: `exitcode`, `num_paths`, `time`, `num_bounded_loops`.

    Returns:
        The verdict.
    """
    code = figures["exitcode"]
    result = _BY_EXIT_CODE[code] if 0 <= code < len(_BY_EXIT_CODE) else Result.FAILED
    if result is Result.PROVEN and figures["num_bounded_loops"]:
        result = Result.BOUNDED
    return Verdict(result, figures["num_paths"][0], figures["time"][0])
