"""Prove tests/symbolic, and that each proof finds its faults: `python -m tools.symbolic`.

Exits with 1 where a proof fails or a fault is not found.
"""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from artifacts import ROOT
from tools.symbolic.halmos import HalmosFailed, run
from tools.symbolic.plan import Check, Fault, read_plan
from tools.symbolic.report import Line, table
from tools.symbolic.seeded import FaultGone, copy_with
from tools.symbolic.verdict import Verdict

_PLAN = ROOT / "tests" / "symbolic" / "plan.toml"


def prove(checks: tuple[Check, ...]) -> dict[str, Verdict]:
    """Run checks on the contracts as they are.

    Returns:
        The verdict on each.
    """
    verdicts: dict[str, Verdict] = {}
    for contract in dict.fromkeys(check.contract for check in checks):
        names = tuple(check.name for check in checks if check.contract == contract)
        verdicts |= run(ROOT, contract, names)
    return verdicts


def find(checks: tuple[Check, ...], console: Console) -> dict[tuple[Fault, str], Verdict]:
    """Run each check on the contracts with each of its faults.

    Args:
        checks: The checks. A fault that several of them have is seeded once for all.
        console: Told what is under way.

    Returns:
        The verdict on each fault and check.
    """
    wanted: dict[tuple[Fault, str], list[str]] = {}
    for check in checks:
        for fault in check.faults:
            wanted.setdefault((fault, check.contract), []).append(check.name)
    verdicts: dict[tuple[Fault, str], Verdict] = {}
    for number, ((fault, contract), names) in enumerate(wanted.items(), 1):
        console.print(f"fault {number} of {len(wanted)}, in {fault.file}", style="dim")
        with copy_with(fault, contract) as copy:
            for name, verdict in run(copy, contract, tuple(names)).items():
                verdicts[fault, name] = verdict
    return verdicts


def main() -> int:
    """Prove, find, tell.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.symbolic", description=__doc__)
    parser.add_argument("contract", nargs="?", help="only the checks of this contract: WordsTest")
    contract = parser.parse_args().contract
    console = Console()
    try:
        checks = _chosen(read_plan(_PLAN), contract)
        proven = prove(checks)
        found = find(checks, console)
    except (FaultGone, HalmosFailed, ValueError) as error:
        console.print(str(error), style="bold red", markup=False)
        return 1
    lines = [
        Line(check, proven[check.name], tuple(found[fault, check.name] for fault in check.faults))
        for check in checks
    ]
    console.print(table(lines))
    good = sum(line.good for line in lines)
    console.print(f"{good} of {len(lines)} checks are proven and find their faults")
    return 0 if good == len(lines) else 1


def _chosen(checks: tuple[Check, ...], contract: str | None) -> tuple[Check, ...]:
    chosen = tuple(check for check in checks if contract in (None, check.contract))
    if not chosen:
        contracts = ", ".join(dict.fromkeys(check.contract for check in checks))
        raise ValueError(f"{contract or 'the plan'} has no checks: {contracts or 'none'} have")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
