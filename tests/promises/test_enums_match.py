"""Names and numbers that exist twice are the same twice: Solidity, the Python domain, docs/spec.md.

Solidity keeps no names of enum members and no internal constants in what it compiles, so they are
read from the sources.
"""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.eligibility import Ineligibility
from agentescrow.domain.runs.run import RunState

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"

# Which set of RunStates.sol gates which calls; the sets' NatSpec says the same.
GATES = {
    "FUNDABLE": ["fundRun"],
    "CLAIMABLE": ["claimRun"],
    "STARTABLE": ["startRun"],
    "SUBMITTABLE": ["submitWork"],
    "ABANDONABLE": ["abandonRun"],
    "REVIEWABLE": ["approve", "requestRevision", "reject", "finalize"],
    "SLASHABLE": ["slash"],
    "CANCELLABLE": ["cancelRun"],
}


def source(path: str) -> str:
    """Read a contract's source."""
    return (CONTRACTS / path).read_text()


def enum_members(path: str, name: str) -> dict[str, int]:
    """Read an enum: its members with their values."""
    body = re.search(rf"enum {name} \{{(.*?)\}}", source(path), re.DOTALL)
    assert body
    return {member: value for value, member in enumerate(re.findall(r"\w+", body[1]))}


def run_state_sets() -> dict[str, int]:
    """Evaluate the constants of RunStates.sol."""
    constant = r"uint256 (?:private|internal) constant (\w+) = ([^;]+);"
    declared = re.findall(constant, source("libraries/runs/RunStates.sol"))
    known: dict[str, int] = {}
    for name, expression in declared:
        single = re.fullmatch(r"1 << uint256\(IRunEscrow\.RunState\.(\w+)\)", expression)
        known[name] = 1 << RunState[single[1]] if single else _union(expression, known)
    return known


def _union(expression: str, known: dict[str, int]) -> int:
    bits = 0
    for name in expression.split(" | "):
        bits |= known[name]
    return bits


def python_transitions() -> set[tuple[str, frozenset[str], str]]:
    """List the Python table: call, from, to."""
    return {
        (action.call, frozenset(s.name for s in row.sources), row.target.name)
        for action, row in RUN_ACTIONS.transitions
    }


@pytest.mark.parametrize(
    ("path", "name", "python"),
    [
        ("interfaces/IStakeRegistry.sol", "AgentStatus", AgentStatus),
        ("interfaces/IRunEscrow.sol", "RunState", RunState),
    ],
)
def test_enum__is_the_same_in_python(path: str, name: str, python: type[IntEnum]):
    """STAKE-5."""
    assert enum_members(path, name) == {member.name: member.value for member in python}


def test_eligibility__has_the_same_bits_in_python():
    """RUN-5."""
    bits = re.findall(r"constant (\w+) = 1 << (\d+);", source("libraries/runs/ClaimReasons.sol"))

    assert {name: 1 << int(bit) for name, bit in bits} == {m.name: m.value for m in Ineligibility}


def test_gates__are_the_same_in_python():
    sets = {name: bits for name, bits in run_state_sets().items() if not name.startswith("_")}

    assert sets.keys() == GATES.keys()
    assert {call: sets[gate] for gate, calls in GATES.items() for call in calls} == {
        call: RUN_ACTIONS.allowed_bitmap(call) for calls in GATES.values() for call in calls
    }


def test_gates__cover_every_call_that_has_a_source():
    gated = {call for calls in GATES.values() for call in calls}

    assert gated == {action.call for action in RUN_ACTIONS if action.sources}


@pytest.mark.parametrize(("gate", "calls"), GATES.items())
def test_gate__is_the_one_that_the_function_uses(gate: str, calls: list[str]):
    first_line = r"\(Record storage run,[^)]*\) = _gate(?:OfClaim)?\(runId, RunStates\.(\w+)\);"
    gates = dict(re.findall(rf"function (\w+)\([^{{]*\{{\s+{first_line}", source("RunEscrow.sol")))

    assert {call: gates.get(call) for call in calls} == dict.fromkeys(calls, gate)


def test_spec__shows_the_same_transitions():
    text = (ROOT / "docs/spec.md").read_text()
    table = text.partition("<!-- transitions")[2].partition("<!-- /transitions")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    shown = {
        (
            row[1].strip("`").partition("(")[0],
            frozenset(re.findall(r"[A-Z_]+", row[0])),
            row[4],
        )
        for row in rows[2:]
    }

    assert shown == python_transitions()
