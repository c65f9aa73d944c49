"""What came of the mutants: figures by package and by operator, and the survivors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tools.mutants.campaign import Result
from tools.mutants.equivalents import Equivalent
from tools.mutants.killing import KILLED


def share_killed(results: Sequence[Result]) -> float:
    """The killed among all, from 0 to 1; equivalents stay among them."""
    return sum(result.verdict == KILLED for result in results) / max(len(results), 1)


def tables(results: Sequence[Result]) -> str:
    """Figures by package and by operator, in Markdown."""
    return "\n\n".join(
        _table(title, results, key)
        for title, key in (
            ("package", lambda result: result.mutant.file.split("/")[1]),
            ("operator", lambda result: result.mutant.operator),
        )
    )


def survivors(results: Sequence[Result], known: Sequence[Equivalent]) -> str:
    """Each one that was not killed: where, what, and why if that is known."""
    left = [result for result in results if result.verdict != KILLED]
    ordered = sorted(left, key=lambda result: (result.mutant.file, result.mutant.start))
    return "\n\n".join(difference(result, known) for result in ordered)


def difference(result: Result, known: Sequence[Equivalent] = ()) -> str:
    """One mutant and what came of it, in Markdown."""
    mutant = result.mutant
    argued = next((entry.why for entry in known if entry.is_of(mutant)), None)
    why = f"Equivalent: {argued}" if argued else f"{result.verdict} {result.why}".strip()
    change = f"- {mutant.original}\n+ {mutant.mutated}"
    return (
        f"`{mutant.file}:{mutant.line}`, `{mutant.function}`, {mutant.operator}: "
        f"`{mutant.text}`\n\n```diff\n{change}\n```\n\n{why}"
    )


def _table(title: str, results: Sequence[Result], key: Callable[[Result], str]) -> str:
    rows = [f"| {title} | made | killed | share |", "| --- | ---: | ---: | ---: |"]
    by_key = {name: [r for r in results if key(r) == name] for name in sorted(map(key, results))}
    for name, chosen in (by_key | {"together": list(results)}).items():
        killed = sum(result.verdict == KILLED for result in chosen)
        rows.append(f"| {name} | {len(chosen)} | {killed} | {share_killed(chosen):.1%} |")
    return "\n".join(rows)
