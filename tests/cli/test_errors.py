"""Errors of the command line: one line or JSON, and an exit code."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from agentescrow.cli.error_output import fail
from agentescrow.cli.main import app
from agentescrow.errors import Refused


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (
            ("runs", "show", "999999999"),
            3,
            "agentescrow: There is no run 999999999. [RUN_UNKNOWN, 404]",
        ),
        (
            ("runs", "list", "--page", "0"),
            2,
            "agentescrow: query.page: Input should be greater than or",
        ),
        (("runs", "list", "--min-reward", "-1"), 2, "amount '-1' is not allowed"),
        (("runs", "claim", "1"), 2, "agent_id None is not allowed"),
        (("runs", "show", "1", "--api-url", "http://127.0.0.1:1"), 4, "the API does not answer"),
        (("runs", "cancel", "1", "--rpc-url", "http://127.0.0.1:1"), 4, "the node does not answer"),
        (("runs", "show", "1", "--keyfile", "nowhere.json"), 2, "a readable key file"),
        (
            ("runs", "cancel", "1", "--deployment", "nowhere.json"),
            2,
            "no deployment record nowhere.json",
        ),
        (("runs", "post", "--reward=1", "--deadline=+3d", "--uri="), 2, "1 to 2048 bytes of UTF-8"),
        (("runs", "submit", "1", ""), 2, "1 to 2048 bytes of UTF-8"),
        (("runs", "revise", "1", ""), 2, "1 to 2048 bytes of UTF-8"),
        (("runs", "reject", "1", "--reason="), 2, "1 to 2048 bytes of UTF-8"),
    ],
)
def test_errors__any__are_one_line_and_a_code(command, words, code, line):
    done = command("poster")(*words)
    assert done.exit_code == code
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
    as_json = json.loads(command("poster")(*words, "--json").stderr)
    assert {"code", "detail"} <= as_json.keys()


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (503, "DATABASE_BUSY", 4),
        (429, "TOO_MANY_REQUESTS", 4),
        (409, "IDEMPOTENCY_KEY_BUSY", 4),
        (400, "INVALID_AMOUNT", 2),
        (400, "RUN_STATE", 3),
        (403, "NOT_ELIGIBLE", 3),
    ],
)
def test_errors__of_the_api__end_with_what_they_mean(status, error, code):
    """What it cannot do now is worth another try; what a rule refuses is not."""
    with pytest.raises(typer.Exit) as end:
        fail(Refused(status, error, "No."))

    assert end.value.exit_code == code


def test_errors__refused__carry_reasons_in_json(command, run_id):
    """API-3."""
    agent = command("agent")
    poor = agent.json("agents", "register")["id"]
    done = agent("runs", "claim", run_id, "--agent-id", poor, "--json")
    assert done.exit_code == 3
    problem = json.loads(done.stderr)
    assert (problem["status"], problem["code"]) == (403, "NOT_ELIGIBLE")
    assert problem["reasonCodes"] == ["AGENT_UNVERIFIED", "INSUFFICIENT_STAKE"]


def test_write__not_mined_in_time__is_code_5(command, market, run_id):
    """Sent and still pending: not to be done again."""
    request = market.chain.w3.provider.make_request
    request("evm_setAutomine", [False])
    try:
        done = command("poster")("runs", "cancel", run_id, "--gasless", "--patience", 0, "--json")
    finally:
        request("evm_setAutomine", [True])
        request("evm_mine", [])
    assert done.exit_code == 5
    assert json.loads(done.stderr)["code"] == "STILL_PENDING"


def test_errors__environment_that_is_nonsense__is_one_line(command):
    done = command()("stats", AGENT_ID="many")
    assert done.exit_code == 2
    assert "AGENT_ID" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("runs",),
        ("runs", "nonsense"),
        ("runs", "show", "many"),
        ("runs", "show"),
        ("runs", "list", "--nonsense"),
        ("serve", "--port", "x"),
    ],
)
def test_usage_errors__as_json__are_json(words):
    """API-7: a program that asks for JSON reads JSON, whatever it did wrong."""
    done = CliRunner().invoke(app, [*words, "--json"])

    assert (done.exit_code, done.stdout) == (2, "")
    said = json.loads(done.stderr)
    assert said["code"] == "INVALID_INPUT"
    assert said["detail"]
