"""Tables in Markdown, and where they go."""

from __future__ import annotations

from collections.abc import Sequence


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table, columns of figures to the right.

    Args:
        columns: Heads.
        rows: Cells.
    """
    figures = [
        i > 0 and all(row[i][0].isdigit() or row[i][0] == "-" for row in rows)
        for i in range(len(columns))
    ]
    rule = ["---:" if figure else "---" for figure in figures]
    return "\n".join("| " + " | ".join(row) + " |" for row in (columns, rule, *rows)) + "\n"


def replaced(document: str, begin: str, end: str, text: str) -> str:
    """Put a text between two markers of a document.

    Raises:
        ValueError: It lacks the markers.
    """
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"the markers {begin} and {end} are missing")
    return f"{before}{begin}\n\n{text}\n{end}{after}"
