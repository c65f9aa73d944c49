"""What came of each mutant, kept in .build/mutants.jsonl while a campaign goes on: a line a mutant.

A campaign that was stopped, or whose survivors have new tests to face, goes on from there with
`--resume`. The last word on a mutant counts, and only for the sources that it was found on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts import ROOT
from tools.mutants.campaign import Result
from tools.mutants.operators import Mutant

FILE: Final = ROOT / ".build" / "mutants.jsonl"


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on mutants of certain sources.

    Attributes:
        sources: Digest of the sources.
        file: Where they are kept.
    """

    sources: str
    file: Path = FILE

    @classmethod
    def of(cls, files: Mapping[str, str], file: Path = FILE) -> Verdicts:
        """Those on mutants of these sources.

        Args:
            files: Texts by path.
            file: Where they are kept.
        """
        return cls(hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest(), file)

    def kept(self, results: Iterable[Result]) -> Iterator[Result]:
        """Write each result down before it is passed on."""
        for result in results:
            with self.file.open("a") as lines:
                lines.write(json.dumps(self._line(result)) + "\n")
            yield result

    def read(self, mutants: Iterable[Mutant]) -> list[Result]:
        """Find what is known of mutants: the last word on each, those without one left out."""
        found = {}
        if self.file.exists():
            for line in map(json.loads, self.file.read_text().splitlines()):
                if line["sources"] == self.sources:
                    found[tuple(line["mutant"])] = (line["verdict"], line["why"])
        known = ((mutant, found.get(mutant.fingerprint)) for mutant in mutants)
        return [Result(mutant, *verdict) for mutant, verdict in known if verdict]

    def _line(self, result: Result) -> dict[str, object]:
        return {
            "sources": self.sources,
            "mutant": result.mutant.fingerprint,
            "verdict": result.verdict,
            "why": result.why,
        }
