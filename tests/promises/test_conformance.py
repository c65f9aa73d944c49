"""Every item of docs/conformance.md is answered by a test or a passage that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.promises.test_threats import defined_in

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 80
SDK_CALLS = range(66, 79)

_ROW = re.compile(r"^\| (ITEM-\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(\S+\.py)::(test_\w+)`")
_SDK_TEST = re.compile(r"`(sdk|cli)/\S+\.py::test_\w+`")
_PASSAGE = re.compile(r"^(docs/\S+\.md): (.+)$")

ROWS = _ROW.findall((ROOT / "docs/conformance.md").read_text())


def test_items__are_numbered_without_gaps():
    assert [name for name, *_ in ROWS] == [f"ITEM-{n}" for n in range(1, ITEMS + 1)]


@pytest.mark.parametrize(("item", "proof"), [(row[0], row[2]) for row in ROWS])
def test_item__names_a_test_or_a_passage_that_exists(item, proof):
    passage = _PASSAGE.match(proof)
    if passage is not None:
        file, heading = passage.groups()
        assert re.search(rf"^#+ {re.escape(heading)}$", (ROOT / file).read_text(), re.MULTILINE)
        return
    named = _TEST.findall(proof)
    assert len(named) == proof.count("::") >= 1, f"{item} has no answer"
    missing = [
        f"{file}::{test}" for file, test in named if test not in defined_in(ROOT / "tests" / file)
    ]
    assert missing == []


def test_calls_of_the_sdk__are_proven_by_the_sdk():
    proofs = {int(name.removeprefix("ITEM-")): proof for name, _, proof in ROWS}
    elsewhere = [item for item in SDK_CALLS if not _SDK_TEST.search(proofs[item])]
    assert elsewhere == []
