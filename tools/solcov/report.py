"""The coverage as a table, and as lcov.info for editors and code review tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tools.solcov.points import FileCoverage, Point

_KINDS = ("functions", "statements", "branches")


def table(files: list[FileCoverage]) -> list[str]:
    """Lines of a table with a row a file, and the sums."""
    wide = max(len(file.name) for file in files)
    rows = [f"{'':{wide}}" + "".join(f"{kind:>18}" for kind in _KINDS)]
    for file in files:
        cells = (_share(getattr(file, kind)) for kind in _KINDS)
        rows.append(f"{file.name:{wide}}" + "".join(f"{cell:>18}" for cell in cells))
    sums = (_share(_all(files, kind)) for kind in _KINDS)
    return [*rows, f"{'together':{wide}}" + "".join(f"{cell:>18}" for cell in sums)]


def percent(files: list[FileCoverage]) -> float:
    """The lowest of the shares of functions, statements and branches that were covered."""
    return min(_percent(_all(files, kind)) for kind in _KINDS)


def write_lcov(files: list[FileCoverage], path: Path) -> None:
    """Write lcov.info.

    Args:
        path: The file to write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for file in files for line in _lcov(file)))


def _lcov(file: FileCoverage) -> Iterator[str]:
    yield f"SF:{file.name}"
    for point in file.functions:
        yield f"FN:{point.line},{point.text}"
        yield f"FNDA:{int(point.covered)},{point.text}"
    for number, point in enumerate(file.branches):
        yield f"BRDA:{point.line},0,{number},{int(point.covered)}"
    lines: dict[int, bool] = defaultdict(bool)
    for point in file.statements:
        lines[point.line] |= point.covered
    for line, covered in sorted(lines.items()):
        yield f"DA:{line},{int(covered)}"
    yield "end_of_record"


def _all(files: list[FileCoverage], kind: str) -> list[Point]:
    return [point for file in files for point in getattr(file, kind)]


def _percent(points: list[Point]) -> float:
    return 100 * sum(point.covered for point in points) / len(points) if points else 100.0


def _share(points: list[Point]) -> str:
    if not points:
        return "-"
    return f"{sum(p.covered for p in points)}/{len(points)} {_percent(points):5.1f} %"
