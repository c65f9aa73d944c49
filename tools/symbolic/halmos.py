"""Halmos on the checks of one contract."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from artifacts import ROOT
from tools.symbolic.verdict import Result, Verdict, judge

_BIN = ROOT / ".venv-halmos" / "bin"
_OUT = ".forge/symbolic/out"
_SECONDS = 1200
# Loops of the checks go over at most nine fields.
_OPTIONS = ("--loop", "10", "--no-status", "--solver-timeout-assertion", "120s")
# The solver that Halmos takes by itself has proven what is false.
_WORDS = ("--solver", "z3")
# z3 takes words as bits and comes to no end where 256 of them are divided by 10,000.
_INTEGERS = ("--solver-command", f"{_BIN / 'python'} {ROOT / 'tools' / 'symbolic' / 'integers.py'}")
_DIVIDING = ("FeeTest",)


class HalmosFailed(Exception):
    """Halmos or the compiler ended without figures."""


def run(project: Path, contract: str, names: tuple[str, ...]) -> dict[str, Verdict]:
    """Run checks.

    Args:
        project: A checkout, or a copy of what is compiled of it.
        contract: Contract of the checks.

    Returns:
        The verdict on each of them; "not run" of those that Halmos came not to in time.

    Raises:
        HalmosFailed: There are no figures at all.
    """
    answer = project / ".forge" / "symbolic" / f"{contract}.json"
    answer.parent.mkdir(parents=True, exist_ok=True)
    answer.unlink(missing_ok=True)
    solver = _INTEGERS if contract in _DIVIDING else _WORDS
    command = [str(_BIN / "halmos"), *solver, *_OPTIONS]
    command += ["--forge-build-out", _OUT, "--json-output", str(answer)]
    command += ["--contract", contract, "--match-test", f"^({'|'.join(names)})\\("]
    environment = os.environ | {"FOUNDRY_PROFILE": "symbolic"}
    try:
        ended = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(names, Verdict(Result.TIMEOUT, 0, _SECONDS))
    if not answer.exists():
        raise HalmosFailed(
            f"no figures of {contract}:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}"
        )
    return _verdicts(answer, names)


def _verdicts(answer: Path, names: tuple[str, ...]) -> dict[str, Verdict]:
    verdicts = dict.fromkeys(names, Verdict(Result.MISSING))
    for figures in json.loads(answer.read_text())["test_results"].values():
        for each in figures:
            name = each["name"].partition("(")[0]
            if name in verdicts:
                verdicts[name] = judge(each)
    return verdicts
