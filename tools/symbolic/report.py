"""The table of the proofs."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from tools.symbolic.plan import Check
from tools.symbolic.verdict import Result, Verdict


@dataclass(frozen=True)
class Line:
    """A check, how it ended, and how it ended with each of its faults."""

    check: Check
    verdict: Verdict
    with_faults: tuple[Verdict, ...]

    @property
    def good(self) -> bool:
        """Whether it is proven and has found each fault."""
        found = all(each.result is Result.REFUTED for each in self.with_faults)
        return self.verdict.result is Result.PROVEN and bool(self.with_faults) and found


def table(lines: list[Line]) -> Table:
    """Lay the lines out.

    Args:
        lines: One a check.

    Returns:
        The table.
    """
    laid_out = Table("rule", box=None)
    laid_out.add_column("check", overflow="fold")
    for figure in ("result", "paths", "seconds", "fault"):
        laid_out.add_column(figure)
    for line in lines:
        laid_out.add_row(
            line.check.rule,
            line.check.name,
            line.verdict.result,
            str(line.verdict.paths),
            f"{line.verdict.seconds:.1f}",
            ", ".join(each.result for each in line.with_faults),
            style=None if line.good else "bold red",
        )
    return laid_out
