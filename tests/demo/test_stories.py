"""`make demo`: the four stories."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from agentescrow import AgentClient
from artifacts import ROOT
from deployment.record import FINISHED, UNFINISHED
from tests.waiting import ENOUGH

_STORIES = {
    "1. Work, a revision, approval": [
        "agent      registers agent 0",
        "agent      stakes 20 USDC",
        "poster     posts run 1",
        "100 USDC + 5 USDC fee",
        "agent      claims run 1: locks 20 USDC",
        "agent      starts work on run 1",
        "agent      submits run 1",
        "poster     asks for revision 1 of run 1",
        "agent      resubmits run 1",
        "poster     approves run 1: 100 USDC to the agent, 5 USDC fee",
    ],
    "2. An agent vanishes: slash, compensation, FROZEN, re-stake": [
        "agent      claims run 2",
        "7 days pass",
        "poster     slashes run 2: 10.5 USDC back + 10.5 USDC of the stake as a penalty; 9.5 USDC",
        "agent 0 is FROZEN",
        "tries to claim run 3 and is refused with 403: The agent is frozen after a slash",
        "agent      stakes 20 USDC, with a permit in the same transaction: agent 0 is PROVISIONAL",
        "agent      claims run 3",
    ],
    "3. A poster stays silent: anyone finalizes": [
        "agent      submits run 3",
        "7 days pass",
        "outsider   finalizes run 3, approved by silence: 50 USDC to the agent",
        "outsider   sends 7.5 USDC of fees to the treasury",
    ],
    "4. An agent without ETH signs, a relayer pays the gas": [
        "newcomer   has 20 USDC and 0 ETH",
        "newcomer   stakes 20 USDC by a signed EIP-3009 authorization",
        "newcomer   claims run 4: locks 20 USDC of its stake",
        "(sent by the relayer)",
        "newcomer   has earned 40 USDC, and still has 0 ETH",
    ],
}


def _records():
    files = [file for folder in (FINISHED, UNFINISHED) for file in folder.glob("*")]
    return {file: file.stat().st_mtime_ns for file in files}


@pytest.fixture(scope="module")
def before():
    return _records()


@pytest.fixture(scope="module")
def played(demo, before):
    return demo()


def test_demo__no_file__plays_to_the_end(played):
    assert (played.code, played.err) == (0, "")
    assert any(line.startswith("Everything adds up: ") for line in played.lines)


def test_readme__excerpt__is_in_the_output(played):
    """README.md shows lines of the demo, in order; times differ."""
    block = (ROOT / "README.md").read_text().partition("$ make demo\n")[2].partition("```")[0]

    def text(line):
        return re.sub(r"[A-Z][a-z]{2} \d\d \d\d:\d\d|─+", "…", line.strip())

    printed = iter([text(line) for line in played.lines])
    missing = [line for line in map(text, block.splitlines()) if line and line not in printed]
    assert missing == []


def test_demo__no_file__says_where_the_api_is(played):
    """All stories went through the SDK; their API is named, with a request to try."""
    docs, request, keep = played.lines[-3:]
    assert re.fullmatch(r"The API of this demo: http://127\.0\.0\.1:[0-9]+/docs", docs)
    assert re.fullmatch(r"  curl -s 'http://127\.0\.0\.1:[0-9]+/api/runs\?.*'", request)
    assert "KEEP=1" in keep


@pytest.mark.parametrize("heading", _STORIES)
def test_demo__no_file__tells_each_story_in_order(played, heading):
    text = "\n".join(played.chapter(heading))
    at = 0
    for step in _STORIES[heading]:
        assert step in text[at:]
        at = text.index(step, at)


def test_demo__no_file__accounts_for_every_unit(played, adds_up):
    """RUN-20: what the contracts hold is what they owe, and nothing was lost on the way."""
    adds_up(played)
    change = {name: cells[-1] for name, cells in played.table("Balance sheet, USDC").items()}
    # Earned: 100 + 50 for the agent, less 20 and 20 staked. RUN-3: fees 5 + 2.5.
    assert (change["agent"], change["newcomer"]) == ("+110.00", "+20.00")
    # STAKE-8: the slash takes what the run had cost the poster; the treasury gets fees alone.
    assert change["treasury"] == "+7.50"
    assert change["poster"] == "-189.00"
    assert change["StakeRegistry"] == "+49.50"


def test_demo__no_file__shows_the_gas_of_every_step(played):
    gas = played.table("Gas per step")
    steps = {"postRun", "claimRun", "startRun", "submitWork", "requestRevision", "approve"}
    assert steps | {"slash", "finalize"} <= gas.keys()
    assert gas["slash"][0] == "1"
    assert gas["claimRun"][-1] == "agent, relayer"
    assert sum(int(c[0]) for name, c in gas.items() if name != "Σ") == int(gas["Σ"][0])


def test_demo__piped__prints_plain_lines(played):
    assert not [c for c in played.out if c != "\n" and not c.isprintable()]
    assert all(line == line.rstrip() and len(line) <= 120 for line in played.lines)


def test_demo__played__leaves_no_record_behind(played, before):
    assert _records() == before


def test_demo__kept__answers_until_it_is_interrupted():
    """`KEEP=1`: the API of the play is there to be asked, and all ends when it is told to."""
    command = [sys.executable, "-u", "-m", "demo", "--keep"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = iter(process.stdout.readline, "Ctrl-C stops both.\n")
            said = next(line for line in lines if line.startswith("The API of this demo: "))
            url = said.split()[-1]
            api = url.removesuffix("/docs")
            with AgentClient(api) as reader:
                states = {run.state.name for run in reader.runs.list().runs}
            assert states == {"APPROVED", "SLASHED"}
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=ENOUGH) == 128 + signal.SIGTERM
        finally:
            process.kill()
