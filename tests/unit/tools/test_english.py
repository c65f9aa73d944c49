"""The check of banned patterns finds them where they are, and nothing else."""

from __future__ import annotations

import pytest

from tools.english import NOT_YET, ROOT, findings, tracked


def found(text, file="page.md"):
    return [(finding.line, finding.text) for finding in findings(file, text)]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("The signature is none.", "is none"),
        ("A lower head is no reorganisation.", "is no reorganisation"),
        ("Some prose. Who pays.", "Who pays."),
        ("| `to` | What the agent gets. |", "What the agent gets."),
        ("- Of the transaction.", "Of the transaction."),
        ("It is sent in the place of a permit.", "in the place of"),
        ("Market retired for good.", "for good"),
        ("Rows by the hundred.", "by the hundred"),
    ],
)
def test_findings__banned_pattern__is_found(text, match):
    assert found(text) == [(1, match)]


@pytest.mark.parametrize(
    "text",
    [
        "There is no such run.",
        "It is no longer needed.",
        "Who pays?",
        "## What nobody can do",
        "An agent is paid for good work.",
        "```\nthe signature is none\n```",
        "<!-- is none -->",
        f"| {'wide ' * 40}|",
        f"[{'x' * 130}](y)",
    ],
)
def test_findings__allowed__is_not_found(text):
    assert found(text) == []


def test_findings__broken_line__is_found_where_it_begins():
    assert found("One.\n\nThe signature is\nnone.\n") == [(3, "is none")]


def test_findings__python__are_in_docstrings_comments_and_messages():
    source = '"""Who pays."""\n# Of the transaction.\nraise Problem("the key is "\n    "none")\n'

    assert sorted(line for line, _ in found(source, "module.py")) == [1, 2, 3]


def test_findings__solidity__are_in_natspec():
    assert found("/// @dev It is\n/// no market.\n", "C.sol") == [(1, "is /// no market")]


def test_findings__wide_line_of_markdown__is_found():
    assert found(f"One.\n{'wide ' * 30}")[0][0] == 2


def test_not_yet__lists_what_exists():
    files = tracked()
    for place in NOT_YET:
        assert any(file.startswith(place) for file in files), place
    assert (ROOT / "tools/english.py").exists()
