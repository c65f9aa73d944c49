"""Mutants of a small contract: what is made, what it is told by, and how a run on it is judged."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from artifacts import ours
from localnet.evm import Reverted
from tools.mutants import equivalents, report
from tools.mutants.campaign import INVALID, SAME, Result, all_mutants
from tools.mutants.compiler import Compiler
from tools.mutants.equivalents import Equivalent
from tools.mutants.killing import CRASHED, KILLED, SURVIVED, checked, verdict_on
from tools.mutants.operators import Mutant, mutants_of
from tools.mutants.verdicts import Verdicts

_FILE = "Door.sol"
_SOURCE = """pragma solidity 0.8.37;
contract Door {
    error Shut(uint256 from, uint256 to);
    uint256 total;
    // Nobody — before the hour.
    function pass(uint256 hour, uint256 people) external {
        if (hour < 8) revert Shut(hour, people);
        for (uint256 i = 0; i != people; ++i) total += hour;
    }
}
"""


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    """All of the contract's."""
    with Compiler() as compiler:
        return mutants_of(_FILE, _SOURCE, compiler.trees({_FILE: _SOURCE})[_FILE])


def _made(mutants: list[Mutant], operator: str) -> set[tuple[str, str]]:
    return {(m.original, m.mutated) for m in mutants if m.operator == operator}


@pytest.mark.parametrize(
    ("operator", "changes"),
    [
        ("condition negated", {("hour < 8", "!(hour < 8)")}),
        ("condition removed", {("hour < 8", "true"), ("hour < 8", "false")}),
        ("boundary", {("<", "<=")}),
        ("comparison reversed", {("<", ">="), ("!=", "==")}),
        (
            "constant ± 1",
            {("8", "(8 + 1)"), ("8", "(8 - 1)"), ("0", "(0 + 1)"), ("0", "(0 - 1)")},
        ),
        ("arithmetic swapped", {("++", "--"), ("+=", "-=")}),
        ("statement removed", {("total += hour;", "{}")}),
        ("revert removed", {("revert Shut(hour, people);", "{}")}),
        ("arguments swapped", {("hour, people", "people, hour")}),
    ],
)
def test_mutants_of__one_operator__every_change(
    mutants: list[Mutant], operator: str, changes: set[tuple[str, str]]
) -> None:
    """Each operator changes what it is named for, and nothing else."""
    assert _made(mutants, operator) == changes


def test_applied__after_a_letter_of_several_bytes__changes_the_right_place(
    mutants: list[Mutant],
) -> None:
    """The compiler counts bytes, not letters."""
    boundary = next(mutant for mutant in mutants if mutant.operator == "boundary")

    assert boundary.applied(_SOURCE) == _SOURCE.replace("hour < 8", "hour <= 8")
    assert (boundary.function, boundary.line) == ("pass", 7)
    assert boundary.mutated_text == "if (hour <= 8) revert Shut(hour, people);"


def test_fingerprint__code_above_moves__stays(mutants: list[Mutant]) -> None:
    """What is known of a mutant outlives a line that is added."""
    longer = _SOURCE.replace("contract Door", "// A door.\ncontract Door")
    with Compiler() as compiler:
        moved = mutants_of(_FILE, longer, compiler.trees({_FILE: longer})[_FILE])

    assert [m.fingerprint for m in moved] == [m.fingerprint for m in mutants]
    assert len({m.fingerprint for m in mutants}) == len(mutants)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (AssertionError("the contract says 1, the rules 2"), KILLED),
        (Reverted("NotPoster", {}), KILLED),
        (RuntimeError("Halt { reason: OutOfGas }"), KILLED),
        (BaseExceptionGroup("several", [KeyError(1), AssertionError()]), KILLED),
        (BaseExceptionGroup("several", [KeyError(1)]), CRASHED),
        (KeyError("the machine's own"), CRASHED),
        (RuntimeError("generator raised StopIteration"), CRASHED),
    ],
)
def test_verdict_on__error__killed_only_by_the_contract(error: BaseException, verdict: str) -> None:
    """The machine's own faults are no kills."""
    assert verdict_on(error) == verdict


def test_report__all_verdicts__counts_the_valid_ones(mutants: list[Mutant]) -> None:
    """What does not compile, or to the same, is no mutant; a survivor is shown as a difference."""
    verdicts = (KILLED, KILLED, KILLED, SURVIVED, INVALID, SAME)
    results = [Result(m, v, "") for m, v in zip(mutants, verdicts, strict=False)]

    assert report.share_killed(results) == 0.75
    assert "| together | 6 | 1 | 1 | 4 | 3 | 75.0% |" in report.table(results)
    assert f"+ {mutants[3].mutated_text}" in report.survivors(results, [])


def test_equivalents__line_has_changed__entry_is_stale(mutants: list[Mutant]) -> None:
    """An argument holds for the line that it was written for."""
    one = mutants[0]
    entry = Equivalent(
        one.file,
        one.function,
        one.text,
        one.operator,
        one.original,
        one.mutated,
        "because",
        one.number,
    )

    assert equivalents.unmatched([entry], mutants) == []
    assert equivalents.unmatched([replace(entry, line="another")], mutants) != []


def test_equivalents__key_is_missing__says_so(tmp_path) -> None:
    """An entry without an argument is refused."""
    file = tmp_path / "equivalents.toml"
    file.write_text('[[equivalent]]\nfile = "contracts/RunEscrow.sol"\n')

    with pytest.raises(ValueError, match="why"):
        equivalents.read(file)


def test_verdicts__kept__last_word_on_the_same_sources(mutants: list[Mutant], tmp_path) -> None:
    """A campaign goes on where it was stopped, unless the contracts are others."""
    file = tmp_path / "mutants.jsonl"
    here, elsewhere = Verdicts.of({_FILE: _SOURCE}, file), Verdicts.of({_FILE: "another"}, file)
    one, other = mutants[:2]
    assert here.read(mutants) == []

    first = [Result(one, SURVIVED, "2 rounds"), Result(other, INVALID, "")]
    assert list(here.kept(first)) == first
    list(here.kept([Result(one, KILLED, "a test")]))

    assert here.read(mutants) == [Result(one, KILLED, "a test"), Result(other, INVALID, "")]
    assert elsewhere.read(mutants) == []


def test_checked__contract_that_refuses_all__killed() -> None:
    """The tests in process run on what they are given, not on what is built."""
    refuses = replace(ours("RunEscrow"), bytecode=bytes.fromhex("5f5ffd"))

    assert checked({"RunEscrow": refuses})[0] == KILLED


def test_checked__nothing_changed__survives_in_a_process_of_its_own() -> None:
    """As `make mutants` runs them: pytest comes last there, when much is imported."""
    asked = "from tools.mutants.killing import checked; print(checked({})[0])"

    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)

    assert (run.stdout, run.stderr) == (f"{SURVIVED}\n", "")


def test_equivalents__each__speaks_of_a_mutant_that_is_made():
    """An argument about a line that has changed since is none."""
    assert equivalents.unmatched(equivalents.read(), all_mutants()) == []
