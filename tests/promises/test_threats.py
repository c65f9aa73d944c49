"""Every threat of docs/threats.md is answered by a test or a passage of SECURITY.md that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREATS = 65

_ROW = re.compile(r"^\| (THREAT-\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(\S+\.py)::(test_\w+)`")
_PASSAGE = re.compile(r"SECURITY\.md: ([^|`]+?)(?:$|, `)")
_TITLE = re.compile(r"^(?:#{2,3} |- \*\*|\*\*)([^*\n]+)", re.MULTILINE)

ROWS = _ROW.findall((ROOT / "docs/threats.md").read_text())


@cache
def defined_in(file: Path) -> set[str]:
    """List the tests that a file defines; none where there is no such file."""
    if not file.exists():
        return set()
    functions = (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef))
    return {function.name for function in functions}


@cache
def passages() -> list[str]:
    """List the headings of SECURITY.md, and the bold words that its paragraphs begin with."""
    return _TITLE.findall((ROOT / "SECURITY.md").read_text())


def test_threats__are_numbered_without_gaps():
    assert [name for name, *_ in ROWS] == [f"THREAT-{n}" for n in range(1, THREATS + 1)]


@pytest.mark.parametrize(("threat", "proof"), [(row[0], row[3]) for row in ROWS])
def test_threat__names_a_test_or_a_passage_that_exists(threat, proof):
    named, written = _TEST.findall(proof), _PASSAGE.findall(proof)
    assert named or written, f"{threat} has no answer"
    assert len(named) + len(written) == proof.count("::") + proof.count("SECURITY.md")

    missing = [
        f"{file}::{test}" for file, test in named if test not in defined_in(ROOT / "tests" / file)
    ]
    unwritten = [words for words in written if not any(p.startswith(words) for p in passages())]
    assert (missing, unwritten) == ([], [])


def test_attacks__are_all_in_the_table():
    listed = {test for *_, proof in ROWS for _, test in _TEST.findall(proof)}
    played = {
        test
        for file in (ROOT / "tests/contracts/attacks").glob("test_*.py")
        for test in defined_in(file)
        if test.startswith("test_")
    }

    assert played - listed == set()
