"""`agentescrow runs`: arguments in, JSON or lines out."""

from __future__ import annotations

import json
import re

import pytest

from tests.waiting import until

TERMS = ("--reward", "1", "--deadline", "+3d", "--uri", "ipfs://description")


def test_runs__from_post_to_approval__by_commands_alone(command):
    """API-7: register, stake, post, claim, start, submit, revise, approve."""
    poster, agent = command("poster"), command("agent")
    number = agent.json("agents", "register", "ipfs://agent")["id"]
    assert agent.json("agents", "stake", "20", "--agent-id", number)["canClaimRuns"] is True
    terms = ("--reward", "12.5", "--deadline", "+3d", "--uri", "ipfs://description")
    posted = poster.json("runs", "post", *terms)
    assert (posted["reward"], posted["state"]) == ("12500000", "OPEN")
    run = posted["bountyId"]
    assert agent.json("runs", "can-claim", run, "--agent-id", number)["eligible"] is True
    claimed = agent.json("runs", "claim", run, "--agent-id", number, "--gasless")
    assert claimed["message"] == "Run claimed successfully."
    until(lambda: agent.json("requests", "list", "--limit", 1)["requests"][0]["runId"] == run)
    assert agent.json("runs", "start", run)["state"] == "IN_PROGRESS"
    assert agent.json("runs", "submit", run, "ipfs://work")["state"] == "SUBMITTED"
    assert poster.json("runs", "revise", run, "more tests")["feedback"] == "more tests"
    agent.json("runs", "submit", run, "ipfs://work-2")
    assert poster.json("runs", "approve", run, "--gasless")["state"] == "APPROVED"
    assert agent.json("agents", "show", "--agent-id", number)["reputation"]["completions"] == 1
    assert agent.json("runs", "list", "--agent-id", number)["pagination"]["total"] == 1
    mine = ("--wallet", posted["posterAddress"], "--sort", "due", "--created-after")
    assert run in [each["bountyId"] for each in listed(poster, *mine, posted["createdAt"])]
    assert listed(poster, *mine, "+1d", "--deadline-before", "+1d", "--cursor", "") == []


def listed(command, *words):
    return command.json("runs", "list", *words)["runs"]


def test_max_fee__below_what_the_node_asks__sends_nothing(command, market):
    """SECURITY: in the option, else in the environment; the option comes first."""
    poster, runs = command("poster"), market.contracts.runs.run_count
    low, enough, before = "0.000000001", "200", runs()
    for words, environment in (
        (("--max-fee-gwei", low), {}),
        ((), {"MAX_FEE_GWEI": low}),
        (("--max-fee-gwei", low), {"MAX_FEE_GWEI": enough}),
    ):
        done = poster("runs", "post", *TERMS, *words, "--json", **environment)
        assert done.exit_code == 4, done.output
        said = json.loads(done.stderr)
        assert said["code"] == "TOO_EXPENSIVE"
        assert "1 are allowed" in said["detail"]
    assert runs() == before
    for words, environment in (
        (("--max-fee-gwei", enough), {"MAX_FEE_GWEI": low}),
        (("--max-fee-gwei", enough), {}),
    ):
        done = poster("runs", "post", *TERMS, *words, "--json", **environment)
        assert done.exit_code == 0, done.output
    assert runs() == before + 2


def test_max_fee__malformed__is_refused_in_a_line(command, market, bad_fee):
    """SECURITY: a malformed limit is not taken for no limit."""
    before = market.contracts.runs.run_count()
    for words, environment in (
        ((f"--max-fee-gwei={bad_fee}",), {}),
        ((), {"MAX_FEE_GWEI": bad_fee}),
        (("--max-fee-gwei=",), {"MAX_FEE_GWEI": "200"}),
    ):
        done = command("poster")("runs", "post", *TERMS, *words, "--json", **environment)
        assert done.exit_code == 2, done.output
        said = json.loads(done.stderr)
        assert said["code"] == "INVALID_INPUT"
        assert "MAX_FEE_GWEI" in said["detail"]
    assert market.contracts.runs.run_count() == before


@pytest.mark.parametrize("verb", ["submit", "revise"])
def test_texts__too_long__are_refused_in_a_line(command, verb):
    """RUN-27: code 2, as for every value that the caller can repair."""
    done = command("poster")("runs", verb, 1, "x" * 2_049)

    assert done.exit_code == 2
    assert "it has 2049 bytes of UTF-8, 2048 at most are allowed" in done.stderr


def test_runs__without_json__print_lines_for_people(command, run_id):
    reader = command()
    listed = reader("runs", "list", "--state", "OPEN", "--min-reward", "100")
    assert listed.exit_code == 0
    assert f"{run_id}" in listed.stdout
    shown = reader("runs", "show", run_id).stdout.splitlines()
    assert "state: OPEN" in shown
    assert "reward: 100 USDC" in shown
    assert "fee: 5 USDC" in shown
    counted = reader("stats").stdout
    assert re.search(r"^runs_by_state:\n  DRAFT: \d+\n  OPEN: [1-9]", counted, re.MULTILINE)


def test_output__of_others__cannot_move_the_cursor(command, client):
    """Descriptions are anybody's text."""
    run = client("poster").runs.create(1, "+1d", "ipfs://\x1b[2J\nforged: line").bounty_id
    for words in (("runs", "show", run), ("runs", "list", "--limit", 1)):
        printed = command()(*words).stdout
        assert "\x1b" not in printed
        assert "\nforged" not in printed


def test_runs__the_other_commands__move_the_run(command, agent_id):
    """RUN-3, RUN-10, RUN-12, RUN-17: fund, abandon, reject and cancel; a loose end of each kind."""
    poster, agent = command("poster"), command("agent")
    run = poster.json("runs", "post", *TERMS, "--max-revisions", 0, "--draft")["bountyId"]
    assert poster.json("runs", "fund", run)["state"] == "OPEN"
    agent.json("runs", "claim", run, "--agent-id", agent_id)
    assert agent.json("runs", "abandon", run)["state"] == "OPEN"
    agent.json("runs", "claim", run, "--agent-id", agent_id)
    agent.json("runs", "submit", run, "ipfs://work")
    assert agent("runs", "finalize", run).exit_code == 3, "before the review period ends"
    assert poster("runs", "slash", run).exit_code == 3, "not overdue"
    assert poster.json("runs", "reject", run, "--reason", "late")["state"] == "REJECTED"
    other = poster.json("runs", "post", *TERMS)["bountyId"]
    assert poster.json("runs", "cancel", other)["state"] == "CANCELLED"
    assert agent.json("agents", "unstake", 5, "--agent-id", agent_id)["stakedAmount"] == "15000000"


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("fund", ()),
        ("start", ()),
        ("submit", ("ipfs://x",)),
        ("revise", ("x",)),
        ("approve", ()),
        ("reject", ()),
        ("finalize", ()),
        ("slash", ()),
        ("cancel", ()),
        ("abandon", ()),
    ],
)
def test_runs__unknown_run__is_refused(command, verb, more):
    """RUN-26: unknown ids have an error of their own."""
    done = command("poster")("runs", verb, 999_999, *more, "--json")

    assert (done.exit_code, json.loads(done.stderr)["code"]) == (3, "RunUnknown")
