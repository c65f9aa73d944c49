"""Read a file of runs; errors name the line, before anything is started."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from demo.json_lines import Element, NotAnArray, read_array
from demo.planned_run import PlannedRun, problem

RUNS_MAX: Final = 200
_BYTES_MAX: Final = 1_000_000
_SHOWN: Final = 60  # characters of an unknown key


class RunsFileRefused(Exception):
    """The file cannot be played.

    Args:
        path: Path of the file.
        line: Line of the problem, from 1; None for the whole file.
        reason: Description of the problem.
    """

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        """Return one line."""
        place = str(self.path) if self.line is None else f"{self.path}, line {self.line}"
        return f"{place}: {self.reason}"


def read_runs(path: Path, now: int) -> list[PlannedRun]:
    """Read and check a file.

    Args:
        path: File with a JSON array of objects.
        now: The chain's time, from which "+3d" counts.

    Raises:
        RunsFileRefused: The first problem in the file.
    """
    elements = _elements(path, _text(path))
    if not elements:
        raise RunsFileRefused(path, 1, "the array has no runs in it")
    if len(elements) > RUNS_MAX:
        line = elements[RUNS_MAX].line
        raise RunsFileRefused(path, line, f"at most {RUNS_MAX} runs, these are {len(elements)}")
    return [_run(path, element, now) for element in elements]


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise RunsFileRefused(path, None, "is a folder, not a file")
        if path.exists() and not path.is_file():
            raise RunsFileRefused(path, None, "is not a regular file")
        with path.open("rb") as file:
            content = file.read(_BYTES_MAX + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RunsFileRefused(path, None, reason.lower()) from None
    if len(content) > _BYTES_MAX:
        raise RunsFileRefused(path, None, f"is larger than {_BYTES_MAX:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RunsFileRefused(path, line, "is not encoded in UTF-8") from None


def _elements(path: Path, text: str) -> list[Element]:
    if not text.strip():
        raise RunsFileRefused(path, 1, "the file is empty; a JSON array of runs is expected")
    try:
        return read_array(text)
    except json.JSONDecodeError as error:
        reason = f"is not JSON: {error.msg} (column {error.colno})"
        raise RunsFileRefused(path, error.lineno, reason) from None
    except NotAnArray as error:
        raise RunsFileRefused(path, error.line, "a JSON array of runs is expected") from None
    except RecursionError:
        raise RunsFileRefused(path, 1, "is nested too deeply") from None


def _run(path: Path, element: Element, now: int) -> PlannedRun:
    if element.members is None:
        raise RunsFileRefused(path, element.line, "a run must be a JSON object, { … }")
    problems = list(_twice(element))
    try:
        run = PlannedRun.model_validate(element.value, context={"now": now})
    except ValidationError as error:
        lines = {member.key: member.line for member in element.members}
        problems += [
            (lines.get(str(found["loc"][0]), element.line), problem(found))
            for found in error.errors()
        ]
    if problems:
        raise RunsFileRefused(path, *min(problems, key=lambda found: found[0]))
    return run


def _twice(element: Element) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for member in element.members or ():
        if member.key in seen:
            yield member.line, f"the key {member.key[:_SHOWN]!r} is given twice"
        seen.add(member.key)
