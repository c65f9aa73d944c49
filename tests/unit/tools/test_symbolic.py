"""When a symbolic proof counts, and when a seeded fault counts as found."""

from __future__ import annotations

from pathlib import Path

import pytest

from artifacts import ROOT
from tools.symbolic.plan import Check, Fault, read_plan
from tools.symbolic.report import Line
from tools.symbolic.seeded import FaultGone, with_fault
from tools.symbolic.verdict import Result, Verdict, judge

_FAULT = Fault("Any.sol", "a < b", "a <= b")
_CHECK = Check("AnyTest", "check_any", "any rule", (_FAULT,))
_PROVEN = Verdict(Result.PROVEN, 2, 1.0)
_REFUTED = Verdict(Result.REFUTED, 2, 1.0)


def _figures(exitcode: int, bounded_loops: int = 0) -> dict[str, object]:
    return {
        "exitcode": exitcode,
        "num_paths": [7, 3, 0],
        "time": [1.5, 1.0, 0.5],
        "num_bounded_loops": bounded_loops,
    }


@pytest.mark.parametrize(
    ("exitcode", "result"),
    [
        (0, Result.PROVEN),
        (1, Result.REFUTED),
        (2, Result.TIMEOUT),
        (3, Result.STUCK),
        (4, Result.REVERTED),
        (5, Result.FAILED),
        (6, Result.FAILED),
        (-1, Result.FAILED),
    ],
)
def test_judge__exit_code__says_how_the_check_ended(exitcode, result):
    assert judge(_figures(exitcode)) == Verdict(result, 7, 1.5)


def test_judge__passed_with_a_loop_cut_short__is_no_proof():
    assert judge(_figures(0, bounded_loops=1)).result is Result.BOUNDED


def test_line__proven_and_fault_found__is_good():
    assert Line(_CHECK, _PROVEN, (_REFUTED,)).good


@pytest.mark.parametrize("result", [each for each in Result if each is not Result.PROVEN])
def test_line__not_proven__is_not_good(result):
    assert not Line(_CHECK, Verdict(result), (_REFUTED,)).good


@pytest.mark.parametrize("result", [each for each in Result if each is not Result.REFUTED])
def test_line__one_fault_not_found__is_not_good(result):
    assert not Line(_CHECK, _PROVEN, (_REFUTED, Verdict(result))).good


def test_line__no_fault__is_not_good():
    assert not Line(_CHECK, _PROVEN, ()).good


@pytest.mark.parametrize("text", ["if (a > b)", "if (a < b && a < b)"])
def test_with_fault__text_not_there_just_once__is_refused(text):
    with pytest.raises(FaultGone, match=r"Any\.sol"):
        with_fault(text, _FAULT)


def test_with_fault__text_there_once__is_changed():
    assert with_fault("if (a < b)", _FAULT) == "if (a <= b)"


def test_read_plan__check_without_a_fault__is_refused(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('[[check]]\ncontract = "AnyTest"\nname = "check_any"\nrule = "any rule"\n')
    with pytest.raises(ValueError, match="check_any"):
        read_plan(plan)


def test_plan__fault_of_a_check__changes_a_contract_that_is_there():
    for check in read_plan(ROOT / "tests" / "symbolic" / "plan.toml"):
        for fault in check.faults:
            text = Path(ROOT / "contracts" / fault.file).read_text()
            assert with_fault(text, fault) != text


def test_plan__functions_of_the_checks__are_all_in_it():
    planned = {check.name for check in read_plan(ROOT / "tests" / "symbolic" / "plan.toml")}
    written = {
        line.split("(")[0].split()[1]
        for file in (ROOT / "tests" / "symbolic").glob("*.t.sol")
        for line in file.read_text().splitlines()
        if line.strip().startswith("function check_")
    }
    assert planned == written
