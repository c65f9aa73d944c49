"""`agentescrow keeper`: what is due is listed, or done, and nothing else is touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from agentescrow import AgentClient
from agentescrow.cli.keeper import Due, RoundLimits, do, due_now, selected
from agentescrow.domain.runs.run import RunState
from tests.cli.conftest import Command, environment
from tests.sdk.between import Between, between
from tests.sdk.serving import serving
from tests.waiting import ENOUGH

DAY = 86_400
ME, OTHER = "0x" + "A" * 40, "0x" + "B" * 40
_LIMIT = ENOUGH


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """A market of its own: its clock runs ahead, and its API answers 202 instead of waiting."""
    with serving(tmp_path_factory.mktemp("later"), patience=0.0) as market:
        yield market


@pytest.fixture
def runs(later):
    """Fresh runs: two with silent posters, two that have expired, and two that are not due."""
    options = [later.options(role, False, True) for role in ("poster", "agent")]
    with (
        AgentClient(later.api_url, **options[0]) as poster,
        AgentClient(later.api_url, **options[1]) as agent,
    ):
        agent_id = agent.agents.register().id
        agent.agents.stake(agent_id, 80 * 10**6)
        silent = [_submitted(poster, agent, agent_id) for _ in range(2)]
        expired = [_open(poster) for _ in range(2)]
        later.travel(8 * DAY)
        return silent, expired, [_open(poster), _submitted(poster, agent, agent_id)]


def _open(poster):
    return poster.runs.create(10**6, "+1d", "ipfs://x").bounty_id


def _submitted(poster, agent, agent_id):
    run = poster.runs.create(10**6, "+1d", "ipfs://x", review_days=7).bounty_id
    agent.runs.claim(run, agent_id)
    agent.runs.submit_work(run, "ipfs://work")
    return run


def _lines(done):
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_keeper__without_a_key__lists_and_does_nothing(later, runs):
    """RUN-14, RUN-15: every due call, and only those."""
    silent, expired, others = runs
    found = _lines(Command(environment(later, None))("keeper", "--json"))
    listed = [(line["action"], line["run"], line["outcome"]) for line in found]
    own = [line for line in listed if line[1] in (*silent, *expired, *others)]
    assert own == [("finalize", run, "due") for run in silent] + [
        ("cancel", run, "due") for run in expired
    ]
    assert later.contracts.runs.get_run(silent[0]).state == RunState.SUBMITTED


def test_keeper__without_a_key__does_not_wait_for_something_due(market):
    """Whoever starts it hears of the missing key now, not when the first run is due."""
    for words in (("--once",), ("--every", "60")):
        done = Command(environment(market, None))("keeper", *words)
        assert done.exit_code == 2, done.output
        assert "AGENT_PRIVATE_KEY" in done.stderr


def test_keeper__without_all__does_what_is_the_caller_s_own(later, runs):
    """RUN-14, RUN-15: nobody is made to pay for what strangers let fall due."""
    silent, expired, _ = runs
    done = Command(environment(later, "outsider"))("keeper", "--once", "--gasless", "--json")
    assert _lines(done) == []
    done = Command(environment(later, "agent"))("keeper", "--once", "--gasless", "--json")
    assert {*silent} <= {line["run"] for line in _lines(done)}
    assert not {*expired} & {line["run"] for line in _lines(done)}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({}, [1]),
        ({"all_runs": True}, [3, 1, 2]),
        ({"all_runs": True, "min_reward": 2}, [3, 1]),
        ({"all_runs": True, "min_reward": 4}, []),
    ],
)
def test_chosen__of_what_is_due__dear_runs_first_and_dust_not_at_all(words, wanted):
    """RUN-14: runs of next to nothing cost whoever keeps them more than they are worth."""
    rewards = {1: (2, ME), 2: (1, OTHER), 3: (3, OTHER)}
    found = [
        Due("cancel", SimpleNamespace(
            bounty_id=each, reward=reward, poster_address=poster, claimed_by=None,
            claimed_by_wallet=None,
        ))
        for each, (reward, poster) in rewards.items()
    ]  # fmt: skip
    chosen = selected(found, RoundLimits(**words), ME.lower(), None)
    assert [due.run.bounty_id for due in chosen] == wanted


def test_keeper__more_is_due_than_a_round_pays_for__leaves_the_rest(later, runs):
    """RUN-14: a budget that no number of due runs exceeds."""
    words = ("keeper", "--once", "--all", "--most", "1", "--gasless", "--json")
    first, second = _lines(Command(environment(later, "outsider"))(*words))[-2:]

    assert first["outcome"] in ("now APPROVED", "now CANCELLED")
    assert second["outcome"] == "left for the next round: the limit of 1 calls is reached"


def test_keeper__a_round_s_eth_is_used_up__leaves_the_rest(later, runs):
    """RUN-14: a bound on what is offered for gas, whatever is due; a new round has it anew."""
    words = ("keeper", "--once", "--all", "--direct", "--json", "--eth")
    by = environment(later, "outsider")
    (line,) = _lines(Command(by)(*words, "0.000000000000000001"))[-1:]
    assert line["outcome"].startswith("left for the next round: the node asks for ")
    assert line["outcome"].endswith(" wei for gas, and 1 are allowed")

    first, *_ = _lines(Command(by)(*words, "0.1"))
    assert first["outcome"] in ("now APPROVED", "now CANCELLED")

    bad = Command(by)(*words, "much")
    assert bad.exit_code == 2
    assert "eth" in bad.stderr


def test_keeper__somebody_was_quicker__goes_on(later, runs):
    """A run that moved meanwhile is said, and is no error."""
    with AgentClient(later.api_url, **later.options("outsider", False, True)) as outsider:
        due = next(each for each in due_now(outsider) if each.run.bounty_id == runs[0][0])
        assert do(outsider, due) == "now APPROVED"
        assert do(outsider, due).startswith("refused: ")


def test_keeper__once__does_all_that_is_due(later, runs):
    """RUN-14, RUN-15: an outsider without ETH can, through the relayer."""
    silent, expired, others = runs
    words = ("keeper", "--once", "--all", "--most", "999", "--gasless", "--json")
    done = Command(environment(later, "outsider"))(*words)
    assert {line["outcome"] for line in _lines(done)} == {"now APPROVED", "now CANCELLED"}
    run = later.contracts.runs.get_run
    assert {run(each).state for each in silent} == {RunState.APPROVED}
    assert {run(each).state for each in expired} == {RunState.CANCELLED}
    assert [run(each).state for each in others] == [RunState.OPEN, RunState.SUBMITTED]
    assert _lines(Command(environment(later, None))("keeper", "--json")) == []


def test_keeper__every__stays_and_does_what_falls_due(later, runs):
    """RUN-14, RUN-15: a round each second, through an API that is away; Ctrl-C is its end."""
    silent, expired, (opened, submitted) = runs
    away = _Away(later.api_url)
    with between(away) as url:
        process = _started({**environment(later, "outsider"), "API_URL": url})
        limit = threading.Timer(_LIMIT, process.kill)
        limit.start()
        try:
            _until_done(process, {*silent, *expired})
            away.is_away = True
            assert json.loads(process.stderr.readline())["status"] == 503
            later.travel(9 * DAY)
            away.is_away = False
            _until_done(process, {opened, submitted})
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=ENOUGH)
        finally:
            limit.cancel()
            process.kill()
            process.communicate()
    assert process.returncode == 0
    assert later.contracts.runs.get_run(submitted).state == RunState.APPROVED


def test_keeper__transaction_waits__says_so_and_goes_on(later, runs):
    """A call that is not mined in time is under way, and no reason to leave the others."""
    silent, expired, _ = runs
    request = later.chain.w3.provider.make_request
    request("evm_setAutomine", [False])
    try:
        words = (
            "keeper",
            "--once",
            "--all",
            "--most",
            "999",
            "--gasless",
            "--patience",
            "0",
            "--json",
        )
        found = _lines(Command(environment(later, "outsider"))(*words))
    finally:
        request("evm_setAutomine", [True])
        request("evm_mine", [])
    assert {*silent, *expired} <= {line["run"] for line in found}
    assert {line["outcome"].split(":")[0] for line in found} == {"pending"}


class _Away(Between):
    is_away = False

    def passes(self, _seen, answer):
        content = answer.read()
        if self.is_away:
            answer.status_code = 503
        return content


def _started(given):
    run = "from agentescrow.cli.main import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", run, "keeper", "--every", "1", "--all", "--most", "999", "--json"],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until_done(process, wanted):
    """Read on until all these runs are done."""
    while wanted:
        line = json.loads(process.stdout.readline())
        assert line["outcome"] in ("now APPROVED", "now CANCELLED")
        wanted = wanted - {line["run"]}
