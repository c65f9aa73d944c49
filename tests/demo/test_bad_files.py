"""`make demo RUNS=…`: files that are refused in one line, before anything is started."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from demo.command import cli
from demo.runs_file import RUNS_MAX

_RUN = {"description": "a", "reward": "1", "deadline": "+1d", "outcome": "silent"}
_AMOUNT = "whole USDC or up to 6 decimals with a point"
_RANGE = "0.000001 to 281474976.710655 USDC"
_ZONE = "a time of day needs a time zone"
_KEYS = "description, reward, deadline, outcome"


def _second(**changes):
    """A good run, then one with other values: its keys stand on the lines 9 to 12."""
    changed = {k: v for k, v in {**_RUN, **changes}.items() if v is not ...}
    return json.dumps([_RUN, changed], indent=2)


_BAD_FILES = {
    "empty": ("", 1, "the file is empty"),
    "blank": (" \n\n ", 1, "the file is empty"),
    "no JSON": ("[\n  {\n    description: 1\n", 3, "is not JSON: Expecting property name"),
    "cut off": (_second()[:-1], 14, "is not JSON"),
    "more behind it": (_second() + "\n[]", 15, "is not JSON: Extra data"),
    "trailing comma": ("[\n1,\n]", 3, "is not JSON"),
    "no array": ("\n{}", 2, "a JSON array of runs is expected"),
    "a number": ("1" * 5000, 1, "a JSON array of runs is expected"),
    "no runs": ("[]", 1, "the array has no runs in it"),
    "no object": ("[\n\n  7\n]", 3, "a run must be a JSON object"),
    "nested too deeply": ("[" * 100_000, 1, "is nested too deeply"),
    "too many runs": (
        json.dumps([_RUN] * (RUNS_MAX + 1), indent=2),
        6 * RUNS_MAX + 2,
        f"at most {RUNS_MAX} runs",
    ),
    "unknown key": (_second(prize="2"), 13, f"'prize' is not a key of a run; its keys are {_KEYS}"),
    "missing key": (_second(deadline=...), 8, '"deadline" is missing; a run has'),
    "empty run": ("[\n{}]", 2, '"description" is missing'),
    "key twice": (
        _second().replace('"outcome": "silent"', '"outcome": "silent",\n"reward": "2"'),
        7,
        "the key 'reward' is given twice",
    ),
    "latin-1": (b'[\n"\xe9"]', 2, "is not encoded in UTF-8"),
    "UTF-16": ("[]".encode("utf-16"), 1, "is not encoded in UTF-8"),
    "description a number": (_second(description=1), 9, "description 1 is not allowed: text in"),
    "description empty": (_second(description=" "), 9, "a description of the task"),
    "description long": (_second(description="x" * 2020), 9, "a run takes 2,048 at most"),
    "half a surrogate": (_second(description="\ud800"), 9, "without unpaired surrogates"),
    "reward a number": (_second(reward=12.5), 10, "reward 12.5 is not allowed: text in quotes"),
    "reward a huge number": (_second().replace('"1"', "9" * 6000), 4, "reward 999999"),
    "reward null": (_second(reward=None), 10, "reward None is not allowed: text in quotes"),
    "reward NaN": (_second(reward=float("nan")), 10, "reward NaN is not allowed"),
    "reward negative": (_second(reward="-1"), 10, f"reward '-1' is not allowed: {_AMOUNT}"),
    "reward zero": (_second(reward="0.00"), 10, f"reward '0.00' is not allowed: {_RANGE}"),
    "reward too exact": (_second(reward="1.1234567"), 10, "USDC has 6 decimals"),
    "reward too large": (_second(reward="281474976.710656"), 10, _RANGE),
    "reward far too large": (_second(reward="9" * 500), 10, "at most 18446744073709.551615 USDC"),
    "reward in words": (_second(reward="1 USDC"), 10, _AMOUNT),
    "reward with exponent": (_second(reward="1e2"), 10, _AMOUNT),
    "deadline a number": (_second(deadline=3), 11, "deadline 3 is not allowed: text in quotes"),
    "deadline in words": (_second(deadline="tomorrow"), 11, "ISO 8601 with a time zone"),
    "deadline no zone": (_second(deadline="2126-12-01T12:00:00"), 11, _ZONE),
    "deadline past": (_second(deadline="2020-01-01T00:00:00Z"), 11, "a time after 2"),
    "deadline now": (_second(deadline="+0d"), 11, "a time after 2"),
    "deadline backwards": (_second(deadline="-3d"), 11, "ISO 8601 with a time zone"),
    "deadline too far": (_second(deadline="+91d"), 11, "90 days ahead"),
    "deadline a second too far": (_second(deadline="+7776001s"), 11, "90 days ahead"),
    "deadline in 2999": (_second(deadline="2999-01-01T00:00:00Z"), 11, "90 days ahead"),
    "outcome unknown": (_second(outcome="won"), 12, "outcome 'won' is not allowed: approved,"),
    "outcome in capitals": (_second(outcome="SILENT"), 12, "outcome 'SILENT' is not allowed"),
    "outcome a list": (_second(outcome=["silent"]), 12, "outcome ['silent'] is not allowed"),
    "several problems": (_second(reward="x", outcome="y", deadline=1), 10, "reward 'x'"),
}


@pytest.fixture
def refused(monkeypatch):
    """Runs the command where no process can be started; returns its one line."""

    def forbidden(*arguments, **options):
        raise AssertionError(f"a process was started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", forbidden)
    raised = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)  # as in a process of its own; packages of other tests raise it

    def run(path):
        result = CliRunner().invoke(cli, ["--runs", str(path)])
        assert isinstance(result.exception, SystemExit)
        assert result.exit_code != 0
        (line,) = result.output.splitlines()
        return line

    yield run
    sys.setrecursionlimit(raised)


@pytest.mark.parametrize("kind", _BAD_FILES)
def test_runs__bad_file__is_refused_with_line_and_reason(refused, tmp_path, kind):
    content, line, reason = _BAD_FILES[kind]
    file = tmp_path / "runs.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    message = refused(file)
    assert message.startswith(f"Error: {file}, line {line}: ")
    assert reason in message


def test_runs__missing_file__is_refused(refused, tmp_path):
    file = tmp_path / "none.json"
    assert refused(file) == f"Error: {file}: no such file or directory"


def test_runs__folder__is_refused(refused, tmp_path):
    assert refused(tmp_path) == f"Error: {tmp_path}: is a folder, not a file"


def test_runs__endless_device__is_refused(refused):
    assert refused("/dev/zero") == "Error: /dev/zero: is not a regular file"


def test_runs__huge_file__is_refused(refused, tmp_path):
    file = tmp_path / "huge.json"
    with file.open("wb") as opened:
        opened.truncate(3 * 10**9)  # sparse: it takes no room
    assert refused(file) == f"Error: {file}: is larger than 1,000,000 bytes"


def test_make_demo__bad_file__fails_with_the_line(tmp_path, demo):
    file = tmp_path / "runs.json"
    file.write_text("[\n]")
    played = demo("--runs", file)
    assert (played.code, played.out) == (1, "")
    assert played.err == f"Error: {file}, line 1: the array has no runs in it\n"
