"""docs/invariants.md says what the machine checks and where: its ids, and places that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.stateful.invariants import INVARIANTS

ROOT = Path(__file__).resolve().parents[2]
STATEFUL = ROOT / "tests/stateful"
TEXT = (ROOT / "docs/invariants.md").read_text()
PLACES = sorted(set(re.findall(r"`(\w+\.py)::([\w.]+)`", TEXT)))


def names(tree: ast.AST, before: str = "") -> set[str]:
    """List functions and classes, and methods as Class.method."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found |= {before + node.name} | names(node, f"{before}{node.name}.")
    return found


def test_document__has_the_rows_that_are_counted():
    rows = re.findall(r"^\| (INV-\d+) \| \*\*", TEXT, re.MULTILINE)

    assert rows == list(INVARIANTS)


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_place__exists(file: str, name: str):
    assert name in names(ast.parse((STATEFUL / file).read_text()))
