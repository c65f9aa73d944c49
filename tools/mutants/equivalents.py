"""Mutants that no test can kill, each with the argument why: tests/mutation/equivalents.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts import ROOT
from tools.mutants.operators import Mutant

FILE: Final = ROOT / "tests" / "mutation" / "equivalents.toml"


@dataclass(frozen=True)
class Equivalent:
    """A mutant that behaves like the original.

    Attributes:
        file: Path of the source.
        function: Function or constant.
        line: The whole line, without indentation.
        operator: Kind of change.
        original: What stands there.
        mutated: What stands there instead.
        why: The argument.
        number: Which of several that are the same in all of this, the line apart.
    """

    file: str
    function: str
    line: str
    operator: str
    original: str
    mutated: str
    why: str
    number: int = 1

    def is_of(self, mutant: Mutant) -> bool:
        """Whether it speaks of a mutant."""
        named = (
            self.file,
            self.function,
            self.operator,
            self.original,
            self.mutated,
            self.number,
        )
        return named == mutant.fingerprint and self.line == mutant.text


def read(file: Path = FILE) -> list[Equivalent]:
    """Read the file.

    Raises:
        ValueError: It is no TOML, or an entry lacks a key or has one too many.
    """
    try:
        return [Equivalent(**entry) for entry in tomllib.loads(file.read_text())["equivalent"]]
    except (TypeError, KeyError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{file}: {error}") from None


def unmatched(known: Iterable[Equivalent], mutants: Iterable[Mutant]) -> list[Equivalent]:
    """Find the entries that speak of no mutant any more."""
    made = list(mutants)
    return [entry for entry in known if not any(map(entry.is_of, made))]
