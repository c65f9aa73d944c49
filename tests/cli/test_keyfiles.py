"""Key files of Ape and geth, and the passphrases that open them."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from eth_account import Account

from artifacts import ROOT


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
    done = command()("runs", "cancel", run_id, "--keyfile", keyfile, "--json")
    assert json.loads(done.stdout)["state"] == "CANCELLED"
    monkeypatch.setattr("typer.prompt", lambda *_args, **_more: "wrong")
    refused = command()("runs", "cancel", run_id, "--keyfile", keyfile)
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

    done = command()("runs", "cancel", run_id, *words, "--json", **given)

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
    done = command()("runs", "cancel", 1, "--keyfile", keyfile, "--json", **given)

    assert done.exit_code == 2, done.output
    assert said in json.loads(done.stderr.splitlines()[-1])["detail"], "after the question"
    assert "another" not in done.output


def test_page__with_an_ape_account__posts(command, market, keyfile, monkeypatch):
    """API-7: as docs/wallets.md has it, with a key file where Ape keeps it."""
    page = (ROOT / "docs" / "wallets.md").read_text()
    (line,) = re.findall(r"^agentescrow (runs post .*)$", page.replace("\\\n", ""), re.MULTILINE)
    line = line.replace("http://127.0.0.1:8000", market.api_url)
    line = line.replace("http://127.0.0.1:8545", market.chain.url)
    folder = keyfile.parent / ".ape" / "accounts"
    folder.mkdir(parents=True)
    keyfile.rename(folder / "NAME.json")
    monkeypatch.setenv("HOME", str(keyfile.parent))

    done = command()(*shlex.split(line), "--json", AGENT_PASSPHRASE="secret")

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["state"] == "OPEN"
