"""The verbs of agents and posters, as words in and JSON or lines out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
import typer
from eth_account import Account
from typer.testing import CliRunner

import agentescrow
from agentescrow.chain.wallet import LocalWallet
from agentescrow.cli.error_output import fail
from agentescrow.cli.main import app
from agentescrow.errors import Refused
from tests.waiting import until


def test_verbs__whole_run__by_words_alone(command):
    """API-7: register, stake, post, claim, start, submit, revise, approve."""
    poster, agent = command("poster"), command("agent")
    number = agent.json("register", "ipfs://agent")["id"]
    assert agent.json("stake", "20", "--agent-id", number)["canClaimRuns"] is True
    terms = ("--reward", "12.5", "--deadline", "+3d", "--uri", "ipfs://description")
    posted = poster.json("post", *terms)
    assert (posted["reward"], posted["state"]) == ("12500000", "OPEN")
    run = posted["bountyId"]
    assert agent.json("can-claim", run, "--agent-id", number)["eligible"] is True
    claimed = agent.json("claim", run, "--agent-id", number, "--gasless")
    assert claimed["message"] == "Run claimed successfully."
    until(lambda: agent.json("requests", "--limit", 1)["requests"][0]["runId"] == run)
    assert agent.json("start", run)["state"] == "IN_PROGRESS"
    assert agent.json("submit", run, "ipfs://work")["state"] == "SUBMITTED"
    assert poster.json("revise", run, "more tests")["feedback"] == "more tests"
    agent.json("submit", run, "ipfs://work-2")
    assert poster.json("approve", run, "--gasless")["state"] == "APPROVED"
    assert agent.json("agent", "--agent-id", number)["reputation"]["completions"] == 1
    assert agent.json("list", "--agent-id", number)["pagination"]["total"] == 1
    mine = ("--wallet", posted["posterAddress"], "--sort", "due", "--created-after")
    assert run in [each["bountyId"] for each in listed(poster, *mine, posted["createdAt"])]
    assert listed(poster, *mine, "+1d", "--deadline-before", "+1d", "--cursor", "") == []


def listed(command, *words):
    return command.json("list", *words)["runs"]


def test_allow_market__in_words__is_shown_with_the_others(command, market, agent_id):
    """STAKE-9: leave of the NFT's owner, in USDC."""
    owner = LocalWallet(market.chain.w3, market.chain.accounts["owner"])
    added = market.contracts.registry.add_market(owner, "0x" + "8" * 40).event.market

    done = command("agent")("allow-market", added, "12.5", "--agent-id", agent_id)
    assert done.exit_code == 0, done.output
    assert f"{added} False 12.5 USDC 0 USDC" in done.stdout

    shown = command().json("markets", "--agent-id", agent_id)["markets"]
    assert {each["market"]: each["cap"] for each in shown}[added] == "12500000"


def test_credits__of_nobody_whom_usdc_refused__are_none(command, market):
    """RUN-16: shown in USDC; to withdraw nothing is refused by the contract."""
    agent = market.chain.accounts["outsider"].address
    shown = command("outsider")("credits").stdout.splitlines()
    assert shown == [f"account: {agent}", "run_escrow: 0 USDC", "stake_registry: 0 USDC"]
    assert command().json("credits", agent)["runEscrow"] == "0"
    assert command("outsider")("withdraw-credit", "--to", agent).exit_code == 3


TERMS = ("--reward", "1", "--deadline", "+3d", "--uri", "ipfs://description")


def test_max_fee__below_what_the_node_asks__sends_nothing(command, market):
    """SECURITY: in the option, else in the environment; the option comes first."""
    poster, runs = command("poster"), market.contracts.runs.run_count
    low, enough, before = "0.000000001", "200", runs()
    for words, environment in (
        (("--max-fee-gwei", low), {}),
        ((), {"MAX_FEE_GWEI": low}),
        (("--max-fee-gwei", low), {"MAX_FEE_GWEI": enough}),
    ):
        done = poster("post", *TERMS, *words, "--json", **environment)
        assert done.exit_code == 4, done.output
        said = json.loads(done.stderr)
        assert said["code"] == "TOO_EXPENSIVE"
        assert "1 are allowed" in said["detail"]
    assert runs() == before
    for words, environment in (
        (("--max-fee-gwei", enough), {"MAX_FEE_GWEI": low}),
        (("--max-fee-gwei", enough), {}),
    ):
        done = poster("post", *TERMS, *words, "--json", **environment)
        assert done.exit_code == 0, done.output
    assert runs() == before + 2


def test_max_fee__that_is_none__is_refused_in_a_line(command, market, bad_fee):
    """SECURITY: no value that looks like a limit is taken for none."""
    before = market.contracts.runs.run_count()
    for words, environment in (
        ((f"--max-fee-gwei={bad_fee}",), {}),
        ((), {"MAX_FEE_GWEI": bad_fee}),
        (("--max-fee-gwei=",), {"MAX_FEE_GWEI": "200"}),
    ):
        done = command("poster")("post", *TERMS, *words, "--json", **environment)
        assert done.exit_code == 2, done.output
        said = json.loads(done.stderr)
        assert said["code"] == "INVALID_INPUT"
        assert "MAX_FEE_GWEI" in said["detail"]
    assert market.contracts.runs.run_count() == before


@pytest.mark.parametrize("verb", ["submit", "revise"])
def test_texts__too_long__are_refused_in_a_line(command, verb):
    """RUN-27: code 2, as for every value that the caller can repair."""
    done = command("poster")(verb, 1, "x" * 2_049)

    assert done.exit_code == 2
    assert "it has 2049 bytes of UTF-8, 2048 at most are allowed" in done.stderr


def test_verbs__without_json__print_lines_for_people(command, run_id):
    reader = command()
    listed = reader("list", "--state", "OPEN", "--min-reward", "100")
    assert listed.exit_code == 0
    assert f"{run_id}" in listed.stdout
    shown = reader("show", run_id).stdout.splitlines()
    assert "state: OPEN" in shown
    assert "reward: 100 USDC" in shown
    assert "fee: 5 USDC" in shown
    counted = reader("stats").stdout
    assert re.search(r"^runs_by_state:\n  DRAFT: \d+\n  OPEN: [1-9]", counted, re.MULTILINE)


def test_output__of_others__cannot_move_the_cursor(command, client):
    """Descriptions are anybody's text."""
    run = client("poster").runs.create(1, "+1d", "ipfs://\x1b[2J\nforged: line").bounty_id
    for words in (("show", run), ("list", "--limit", 1)):
        printed = command()(*words).stdout
        assert "\x1b" not in printed
        assert "\nforged" not in printed


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (("show", "999999999"), 3, "agentescrow: There is no run 999999999. [RUN_UNKNOWN, 404]"),
        (("list", "--page", "0"), 2, "agentescrow: query.page: Input should be greater than or"),
        (("list", "--min-reward", "-1"), 2, "amount '-1' is not allowed"),
        (("claim", "1"), 2, "agent_id None is not allowed"),
        (("show", "1", "--api-url", "http://127.0.0.1:1"), 4, "the API does not answer"),
        (("cancel", "1", "--rpc-url", "http://127.0.0.1:1"), 4, "the node does not answer"),
        (("show", "1", "--keyfile", "nowhere.json"), 2, "a readable key file"),
        (("cancel", "1", "--deployment", "nowhere.json"), 2, "no deployment record nowhere.json"),
        (("post", "--reward=1", "--deadline=+3d", "--uri="), 2, "1 to 2048 bytes of UTF-8"),
        (("submit", "1", ""), 2, "1 to 2048 bytes of UTF-8"),
        (("revise", "1", ""), 2, "1 to 2048 bytes of UTF-8"),
        (("reject", "1", "--reason="), 2, "1 to 2048 bytes of UTF-8"),
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
    poor = agent.json("register")["id"]
    done = agent("claim", run_id, "--agent-id", poor, "--json")
    assert done.exit_code == 3
    problem = json.loads(done.stderr)
    assert (problem["status"], problem["code"]) == (403, "NOT_ELIGIBLE")
    assert problem["reasonCodes"] == ["AGENT_UNVERIFIED", "INSUFFICIENT_STAKE"]


def test_write__not_mined_in_time__is_code_5(command, market, run_id):
    """Sent and still pending: not to be done again."""
    request = market.chain.w3.provider.make_request
    request("evm_setAutomine", [False])
    try:
        done = command("poster")("cancel", run_id, "--gasless", "--patience", 0, "--json")
    finally:
        request("evm_setAutomine", [True])
        request("evm_mine", [])
    assert done.exit_code == 5
    assert json.loads(done.stderr)["code"] == "STILL_PENDING"


def test_events__of_the_past__are_lines(command, client, run_id):
    """API-7: one event a line, for people and for programs."""
    block = client().runs.get(run_id).events[0].block_number
    words = ("events", "--from-block", block, "--no-follow")
    done = command()(*words, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["name"] for each in found if each["runId"] == run_id] == [
        "RunCreated",
        "RunFunded",
    ]
    some = command()(*words, "--json", "--run-id", run_id, "--name", "RunFunded")
    assert [json.loads(line)["name"] for line in some.stdout.splitlines()] == ["RunFunded"]
    people = command()(*words).stdout.splitlines()
    assert len(people) == len(found)
    assert f"{found[0]['id']} {found[0]['name']}" in people[0]


def test_errors__environment_that_is_nonsense__is_one_line(command):
    done = command()("stats", AGENT_ID="many")
    assert done.exit_code == 2
    assert "AGENT_ID" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("show", "many"), ("show",), ("list", "--nonsense"), ("serve", "--port", "x")],
)
def test_usage_errors__as_json__are_json(words):
    """API-7: a program that asks for JSON reads JSON, whatever it did wrong."""
    done = CliRunner().invoke(app, [*words, "--json"])

    assert (done.exit_code, done.stdout) == (2, "")
    said = json.loads(done.stderr)
    assert said["code"] == "INVALID_INPUT"
    assert said["detail"]


def test_version__is_the_packages():
    done = CliRunner().invoke(app, ["--version"])

    assert (done.exit_code, done.stdout) == (0, f"agentescrow {agentescrow.__version__}\n")


@pytest.fixture
def keyfile(market, tmp_path):
    """A key file of the poster's, and in a file beside it what opens it."""
    key = market.chain.accounts["poster"].key
    file = tmp_path / "poster.json"
    file.write_text(json.dumps(Account.encrypt(key, "secret", iterations=2)))
    (tmp_path / "passphrase").write_text("secret\n")
    return file


def test_keyfile__with_its_password__signs(command, run_id, keyfile, monkeypatch):
    """Keys come from the environment or from a key file, never from the command line."""
    monkeypatch.setattr("typer.prompt", lambda *_args, **_more: "secret")
    done = command()("cancel", run_id, "--keyfile", keyfile, "--json")
    assert json.loads(done.stdout)["state"] == "CANCELLED"
    monkeypatch.setattr("typer.prompt", lambda *_args, **_more: "wrong")
    refused = command()("cancel", run_id, "--keyfile", keyfile)
    assert refused.exit_code == 2


@pytest.mark.parametrize("way", ["option", "file", "variable"])
def test_keyfile__with_a_passphrase_that_nobody_types__signs(command, run_id, keyfile, way):
    """API-7: as services do; a passphrase is in a file or the environment, and in no option."""
    words, given = [], {}
    file = keyfile.with_name("passphrase")
    if way == "option":
        words = ["--keyfile", keyfile, "--passphrase-file", file]
    elif way == "file":
        given = {"AGENT_KEYFILE": str(keyfile), "AGENT_PASSPHRASE_FILE": str(file)}
    else:
        given = {"AGENT_KEYFILE": str(keyfile), "AGENT_PASSPHRASE": "secret"}

    done = command()("cancel", run_id, *words, "--json", **given)

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["state"] == "CANCELLED"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"AGENT_PASSPHRASE": "another"}, "and its AGENT_PASSPHRASE"),
        ({"AGENT_PASSPHRASE_FILE": "nowhere"}, "AGENT_PASSPHRASE_FILE 'nowhere'"),
        ({}, "AGENT_PASSPHRASE_FILE"),
    ],
)
def test_keyfile__that_is_not_opened__is_a_line_and_code_2(command, keyfile, given, said):
    """API-7: nothing waits for a terminal that is not there."""
    done = command()("cancel", 1, "--keyfile", keyfile, "--json", **given)

    assert done.exit_code == 2, done.output
    assert said in json.loads(done.stderr.splitlines()[-1])["detail"], "after the question"
    assert "another" not in done.output


def test_commands__none__takes_a_key():
    commands = typer.main.get_command(app)
    every = [commands.get_command(None, name) for name in commands.list_commands(None)]
    names = {parameter.name for each in every for parameter in each.params}
    assert {"keyfile", "database_url"} <= names, "verbs and services"
    assert not {"key", "private_key", "passphrase", "password"} & names


def test_package__imported__is_light():
    """API-7: web3 takes a second, and errors alone do not need it."""
    code = "import agentescrow, sys; print({'web3', 'httpx', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_command__that_is_no_service__does_without_the_servers_packages():
    """API-7: they take as long again, and whoever calls a verb does not need them."""
    code = "import agentescrow.cli.main, sys; print({'fastapi', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_command__as_a_process__ends_with_its_code(market):
    """What a shell sees."""
    run = "import sys; from agentescrow.cli.main import main; sys.argv[0] = 'agentescrow'; main()"
    done = subprocess.run(
        [sys.executable, "-c", run, "show", "999999999"],
        env={**os.environ, "API_URL": market.api_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == "agentescrow: There is no run 999999999. [RUN_UNKNOWN, 404]\n"
