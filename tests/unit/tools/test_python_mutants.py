"""Mutants of a small module: what is made, which tests they meet, and what a verdict is worth."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from artifacts import ROOT
from tools.mutants import equivalents
from tools.mutants.campaign import Result
from tools.mutants.killing import KILLED, SURVIVED
from tools.python_mutants import report
from tools.python_mutants.__main__ import EQUIVALENTS
from tools.python_mutants.covering import beginnings, steps_of
from tools.python_mutants.judging import UNDECIDED, Broken, judged
from tools.python_mutants.operators import mutants_of
from tools.python_mutants.trees import Run, Tree, tree

FILE = "agentescrow/wire/door.py"
SOURCE = '''"""Words — of two bytes and more."""
from dataclasses import dataclass

@dataclass(frozen=True)
class Door:
    width: int | None = 3

def enter(door: Door, people: list[int] | None = None, *, quick: bool = False) -> int:
    """Enter."""
    total = 0
    for one in people or []:
        if not one:
            continue
        total += one
    if total < 8 and door.width is not None:
        raise ValueError(f"{total + 1} are too few")
    print(total)
    return total
'''


def made(operator):
    return {(m.original, m.mutated) for m in mutants_of(FILE, SOURCE) if m.operator == operator}


@pytest.mark.parametrize(
    ("operator", "changes"),
    [
        ("boundary", {("<", "<=")}),
        ("comparison reversed", {("<", ">="), ("is not", "is")}),
        ("and/or swapped", {("and", "or"), ("or", "and")}),
        ("arithmetic swapped", {("+", "-")}),
        (
            "condition negated",
            {
                ("not one", "(one)"),
                (
                    "total < 8 and door.width is not None",
                    "(not (total < 8 and door.width is not None))",
                ),
            },
        ),
        (
            "constant",
            {("False", "True")}
            | {(n, f"({n} {sign} 1)") for n in ("0", "3", "8") for sign in "+-"},
        ),
        (
            "statement removed",
            {("continue", "pass"), ("total += one", "pass"), ("print(total)", "pass")},
        ),
        ("raise removed", {('raise ValueError(f"{total + 1} are too few")', "pass")}),
        ("returned value", {("total", "None")}),
    ],
)
def test_mutants_of__one_operator__every_change(operator, changes):
    """Default arguments too; no annotations, no words of messages, no guards of the programmer."""
    assert made(operator) == changes


def test_applied__each__is_another_program_after_letters_of_several_bytes():
    """The parser counts bytes, not letters."""
    for mutant in mutants_of(FILE, SOURCE):
        changed = mutant.applied(SOURCE)
        compile(changed, FILE, "exec")
        assert changed.splitlines()[mutant.line - 1] != SOURCE.splitlines()[mutant.line - 1]


def test_tests_of__every_file_of_the_package__are_there():
    """A file without tests would be full of survivors."""
    for file in sorted((ROOT / "agentescrow").rglob("*.py")):
        assert steps_of(str(file.relative_to(ROOT)))


def test_beginnings__each__is_that_of_a_file():
    """A module that moves takes its own tests along: else a mutant meets all others first."""
    files = [str(f.relative_to(ROOT / "agentescrow")) for f in (ROOT / "agentescrow").rglob("*.py")]

    assert [b for b in beginnings() if not any(file.startswith(b) for file in files)] == []


def test_equivalents__each__speaks_of_a_mutant_that_is_made():
    """Where one does not, every campaign fails at its end, hours later."""
    known = equivalents.read(EQUIVALENTS)
    texts = {entry.file: (ROOT / entry.file).read_text() for entry in known}

    made = [mutant for file, text in texts.items() for mutant in mutants_of(file, text)]
    assert equivalents.unmatched(known, made) == []


class Playing:
    """A tree whose tests end as it is told, one after another."""

    def __init__(self, root, *runs):
        self.root = root
        self.runs = list(runs)
        self.asked = []
        self.texts = []
        (root / FILE).parent.mkdir(parents=True)
        (root / FILE).write_text(SOURCE)

    @contextmanager
    def changed(self, file, text):
        self.texts.append(text)
        yield

    def run(self, tests, patience):
        self.asked.append(tuple(tests))
        return self.runs.pop(0)


FAILED = Run(1, "FAILED tests/unit/wire/test_x.py::test_y[a b] - assert 1 == 2\n1 failed")
GOOD, HANGS = Run(0, "1 passed"), Run(None, "tests/unit/wire/test_x.py::test_y")


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        ([FAILED, GOOD], KILLED),
        ([FAILED, FAILED], UNDECIDED),
        ([Run(4, "ImportError while loading conftest")], KILLED),
        ([Run(-11, "Fatal Python error")], KILLED),
        ([HANGS, HANGS], KILLED),
        ([HANGS, FAILED, GOOD], KILLED),
        ([GOOD] * 9, SURVIVED),
    ],
)
def test_judged__tests_end_in_any_way__is_a_kill_only_where_the_mutant_made_them(
    tmp_path, runs, verdict
):
    """What fails without the mutant too proves nothing; a machine that is busy once is no hang."""
    mutant, where = mutants_of(FILE, SOURCE)[0], Playing(tmp_path, *runs)

    assert judged(mutant, where).verdict == verdict
    assert set(where.texts) == {mutant.applied(SOURCE)}
    if runs[0] is FAILED:
        assert where.asked[1] == ("tests/unit/wire/test_x.py::test_y[a b]",)


def test_judged__no_test_at_all__is_an_error(tmp_path):
    """Or a path that is misspelt would let every mutant live."""
    with pytest.raises(Broken):
        judged(mutants_of(FILE, SOURCE)[0], Playing(tmp_path, Run(5, "no tests ran")))


def test_changed__any_text__is_compiled_anew_and_taken_back(tmp_path):
    """Python takes what it has compiled for a source of the same second and size."""
    (tmp_path / "door.py").write_text("a = 1\n")
    where, times = Tree(tmp_path), set()
    for text in ("a = 2\n", "a = 3\n"):
        with where.changed("door.py", text):
            assert (tmp_path / "door.py").read_text() == text
            times.add((tmp_path / "door.py").stat().st_mtime)
        assert (tmp_path / "door.py").read_text() == "a = 1\n"
        times.add((tmp_path / "door.py").stat().st_mtime)
    assert len(times) == 4


def test_tree__tests_run_in_it__see_its_files_and_not_the_checkout():
    """The checkout is never changed, whatever ends a campaign."""
    file = "agentescrow/wire/pagination.py"
    text = (ROOT / file).read_text()
    tests = ["tests/unit/wire/test_golden_shapes.py"]
    with tree(0) as where:
        assert where.run(tests, 300).code == 0
        with where.changed(file, "raise RuntimeError\n"):
            assert (ROOT / file).read_text() == text
            assert where.run(tests, 300).code in (1, 2)
        assert where.run(["tests/unit/wire/nowhere.py"], 300).code == 4
        root = where.root
    assert not root.exists()


def test_report__all_verdicts__counts_equivalents_among_the_survivors():
    """A survivor is shown as a difference, with the argument where there is one."""
    first, second = mutants_of(FILE, SOURCE)[:2]
    results = [Result(first, KILLED, ""), Result(second, SURVIVED, "")]

    assert report.share_killed(results) == 0.5
    assert "| together | 2 | 1 | 50.0% |" in report.tables(results)
    assert f"+ {second.mutated}" in report.survivors(results, [])


def test_fingerprint__code_above_moves__stays():
    """An argument outlives a line that is added above."""
    moved = mutants_of(FILE, SOURCE.replace("def enter", "# A door.\ndef enter"))

    assert [m.fingerprint for m in moved] == [m.fingerprint for m in mutants_of(FILE, SOURCE)]
    assert len({replace(m, line=0).fingerprint for m in moved}) == len(moved)
