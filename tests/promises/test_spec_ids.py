"""Every rule of docs/spec.md is proven by a test that says so; no test names a rule that is not."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_RULE = re.compile(r"^- \*\*((?:STAKE|RUN)-\d+)\*\*", re.MULTILINE)
_MENTION = re.compile(r"\b(?:STAKE|RUN)-\d+\b")

RULES = _RULE.findall((ROOT / "docs/spec.md").read_text())


@cache
def mentions() -> dict[str, list[str]]:
    """Find the rules that docstrings of tests name, with the tests that name them."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for rule in _MENTION.findall(ast.get_docstring(node) or ""):
                    found.setdefault(rule, []).append(f"{file.relative_to(ROOT)}::{node.name}")
    return found


def test_spec__has_both_families_without_gaps():
    stakes = [int(rule[6:]) for rule in RULES if rule.startswith("STAKE-")]
    runs = [int(rule[4:]) for rule in RULES if rule.startswith("RUN-")]

    assert stakes == list(range(1, 12))
    assert runs == list(range(28))


@pytest.mark.parametrize("rule", RULES)
def test_rule__is_named_by_a_test(rule):
    assert mentions().get(rule), f"no test's docstring names {rule}"


def test_tests__name_existing_rules_only():
    unknown = {rule: tests for rule, tests in mentions().items() if rule not in RULES}

    assert unknown == {}
