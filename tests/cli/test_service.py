"""`index`, `serve` and `relay` as processes: what they say, and how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from agentescrow import AgentClient
from agentescrow.cli.main import app
from agentescrow.domain.runs.run import RunState
from localnet.anvil import free_port
from tests.waiting import ENOUGH

RUN = "import sys; from agentescrow.cli.main import main; sys.argv[0] = 'agentescrow'; main()"


@pytest.fixture
def environment(market, tmp_path):
    """Of a service of its own on the market's chain."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("RELAYER_", "AGENT_"))}
    return {
        **inherited,
        "RPC_URL": market.chain.url,
        "DEPLOYMENT": str(market.record),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'index.db'}",
    }


@pytest.fixture
def start(environment):
    """Starts `agentescrow`; what still runs at the end of the test is ended."""
    started = []

    def make(*words, **more):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, *map(str, words)],
            env={**environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield make
    for process in started:
        process.kill()
        process.communicate()


def _line(process):
    """The next line of JSON; the error where it ended instead."""
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return json.loads(line)


def _ended(process):
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=ENOUGH)
    return process.returncode


def test_service__as_json__says_what_it_does_and_ends_when_asked(market, start, agent_id, run_id):
    """API-7: `index`, `serve` and `relay`, each a process; a run is claimed through all three."""
    key = market.chain.accounts["outsider"].key.to_0x_hex()
    index, head = start("index", "--json"), market.chain.w3.eth.block_number
    steps = [_line(index)]
    while steps[-1]["block"] < head:
        steps.append(_line(index))
    assert steps[-1].keys() >= {"block", "head", "blocksLeft", "events"}
    assert steps[-1]["events"] > 0

    port, beside = free_port(), f"127.0.0.1:{free_port()}"
    serve = start("serve", "--port", port, "--no-relayer", "--json", METRICS_ADDRESS=beside)
    assert _line(serve) == {"url": f"http://127.0.0.1:{port}", "relayer": None}
    relay = start("relay", "--json", RELAYER_KEY=key)
    assert _line(relay) == {"relayer": market.chain.accounts["outsider"].address}

    options = market.options("agent", True, False)
    with AgentClient(f"http://127.0.0.1:{port}", **options) as agent:
        assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED

    metrics = httpx.get(f"http://{beside}/metrics").text
    assert 'route="/api/' in metrics
    assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 404
    assert [_ended(process) for process in (index, serve, relay)] == [0, 0, 0]
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/health")


def test_service__that_cannot_be__is_one_line_and_a_code(market, environment):
    """What is wrong, in words; in JSON where that was asked for."""
    taken = urlsplit(market.api_url).port
    indexed = {"DATABASE_URL": f"sqlite:///{market.record.parent / 'index.db'}"}
    nobody = ("--rpc-url", "http://127.0.0.1:1")
    for words, more, code, expected in (
        (("serve",), {"PORT": "many"}, 2, "PORT"),
        (("serve", *nobody), {}, 4, "the node does not answer"),
        (("serve",), {}, 1, "index.db"),
        (("serve", "--port", taken), indexed, 2, "a free port of this machine"),
        (("relay",), indexed, 2, "RELAYER_KEY"),
        (("relay",), {**indexed, "RELAYER_KEY": "0xsecret"}, 2, "(hidden)"),
        (("index",), {"FIRST_BLOCK": "-1"}, 2, "FIRST_BLOCK"),
        (("index",), {"DEPLOYMENT": "nowhere.json"}, 2, "no deployment record nowhere.json"),
        (("index", *nobody), {"DEPLOYMENT": "nowhere.json"}, 2, "no deployment record"),
        (("serve", *nobody), {"DEPLOYMENT": "nowhere.json"}, 2, "no deployment record"),
    ):
        given = [*map(str, words), "--json"]
        done = CliRunner().invoke(app, given, env={**environment, **more})
        assert done.exit_code == code, (words, done.output)
        assert expected in json.loads(done.stderr)["detail"], words
        assert "secret" not in done.output


def test_service__max_fee__that_is_none_is_refused_in_a_line(market, environment, bad_fee):
    """SECURITY: the relayer's limit is no number, and nothing is relayed without one."""
    key = market.chain.accounts["outsider"].key.to_0x_hex()
    more = {"DATABASE_URL": f"sqlite:///{market.record.parent / 'index.db'}", "RELAYER_KEY": key}
    for command in ("serve", "relay"):
        given = {**environment, **more, "MAX_FEE_GWEI": bad_fee}
        done = CliRunner().invoke(app, [command, "--json"], env=given)
        assert done.exit_code == 2, (command, done.output)
        said = json.loads(done.stderr)
        assert said["code"] == "INVALID_INPUT"
        assert "MAX_FEE_GWEI" in said["detail"]


def test_service__database_without_a_whole_path__is_named_whole(
    market, start, tmp_path, monkeypatch
):
    """Where the default puts the rows is said, and not to be guessed."""
    monkeypatch.chdir(tmp_path)
    index = start("index", "--to-head", DATABASE_URL="")
    _, told = index.communicate(timeout=ENOUGH)

    assert index.returncode == 0, told
    assert f"The database is sqlite:///{tmp_path / 'agentescrow.db'}" in told
    assert (tmp_path / "agentescrow.db").exists()
    monkeypatch.chdir(market.record.parent)
    missing = start("serve", DATABASE_URL="sqlite:///elsewhere.db")
    _, told = missing.communicate(timeout=ENOUGH)
    assert str(market.record.parent / "elsewhere.db") in told


def test_service__whose_contracts_are_not_there__is_one_line_and_a_code(
    market, environment, tmp_path
):
    """API-5: a record of another chain, or of one that was restarted, is not served."""
    key = market.chain.accounts["outsider"].key.to_0x_hex()
    record = json.loads(market.record.read_text())
    for name in ("forwarder", "registry", "runs"):
        elsewhere = tmp_path / f"{name}.json"
        elsewhere.write_text(json.dumps({**record, name: f"0x{'5c' * 20}"}))
        for command in (("serve", "--no-relayer"), ("relay",)):
            more = {"RELAYER_KEY": key, "DEPLOYMENT": str(elsewhere)}
            done = CliRunner().invoke(app, [*command, "--json"], env={**environment, **more})
            assert done.exit_code == 4, (command, done.output)
            said = json.loads(done.stderr)
            assert said["code"] == "DEPLOYMENT_UNKNOWN", said
            assert "are not on this chain" in said["detail"]


def test_service__whose_database_cannot_be_opened__is_one_line_and_a_code(environment, tmp_path):
    """API-5: no server, no folder, no database: `index` says so as `serve` does."""
    text = tmp_path / "text.db"
    text.write_text("no database at all")
    for url, expected in (
        (f"postgresql://name:secret@127.0.0.1:{free_port()}/name", "connection failed"),
        (f"sqlite:///{text}", "file is not a database"),
        (f"sqlite:///{text}/index.db", "text.db"),
    ):
        for command in ("index", "serve"):
            given = [command, "--database-url", url, "--json"]
            done = CliRunner().invoke(app, given, env=environment)
            assert done.exit_code == 1, (given, done.output)
            said = json.loads(done.stderr)
            assert said["code"] == "DATABASE_UNUSABLE", given
            assert expected in said["detail"], given
            assert "\n" not in said["detail"], given
            assert "secret" not in done.output


def test_index__waiting_for_another__ends_when_asked(start):
    """API-5: the second indexer waits, and ends with code 0 without its turn."""
    first = start("index", "--json")
    _line(first)
    second = start("index", "--json")
    assert "waiting until it ends" in second.stderr.readline()

    assert _ended(second) == 0
    assert first.poll() is None
