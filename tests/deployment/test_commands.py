"""`ape run deploy`, `ape run chain` and what they leave behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess

import pytest
from click.testing import CliRunner
from eth_account import Account
from web3 import Web3

from artifacts import ROOT, ours
from deployment.local_chain import ROLES, local_chain
from deployment.record import FINISHED, LOCAL, UNFINISHED
from deployment.standard_json import FOLDER
from localnet import usdc
from localnet.base_sepolia import RPC_URL, upstream
from scripts.chain import cli as chain_command
from tests.waiting import ENOUGH

_ALIAS = "rehearsal"
_PASSPHRASE = "correct-horse-7-battery!"


def run(*arguments, **environment):
    return subprocess.run(
        ["ape", "run", "deploy", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=ENOUGH,
    )


@pytest.fixture
def key_file(tmp_path, accounts_by_role):
    """An account of Ape's in a data folder of its own, for the processes that are given it."""
    account = accounts_by_role["outsider"]
    folder = tmp_path / "accounts"
    folder.mkdir()
    encrypted = Account.encrypt(account.key, _PASSPHRASE, kdf="pbkdf2", iterations=2)
    (folder / f"{_ALIAS}.json").write_text(json.dumps(encrypted))
    return account


def test_deploy__local_and_nobody_there__goes_through(tmp_path):
    done = run("--network", "ethereum:local:foundry", "--account", "TEST::0", "--records", tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "local.json").read_text())["network"] == "local"
    assert "local: deployed and verified" in done.stdout


def test_deploy__fork__goes_through(tmp_path):
    with upstream() as url:
        done = run(
            *("--network", "base:sepolia-fork:foundry", "--account", "TEST::0"),
            *("--records", tmp_path),
            **{RPC_URL: url},
        )
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "base-sepolia-fork.json").read_text())["chain_id"] == 84532


@pytest.mark.timeout(3600)  # six commands and three compilations
def test_deploy__public_network__rehearsed_with_a_key_file(tmp_path, key_file, monkeypatch):
    """As on Base Sepolia itself: blocks come by themselves, and a key file of Ape's signs."""
    monkeypatch.delenv(RPC_URL, raising=False)
    environment = {
        "APE_DATA_FOLDER": str(tmp_path),
        f"APE_ACCOUNTS_{_ALIAS}_PASSPHRASE": _PASSPHRASE,
    }
    common = ["--network", "base:sepolia:node", "--account", _ALIAS, "--records", tmp_path]
    with upstream(block_time=1) as url:
        environment[RPC_URL] = url
        refused = run(*common, **environment)
        assert refused.returncode == 1
        assert "owner: is not filled in" in refused.stderr
        assert refused.stderr.count("\n") == 1

        done = run(*common, "--owner", "deployer", "--treasury", "deployer", "--yes", **environment)
        assert done.returncode == 0, done.stderr

        record = json.loads((tmp_path / "base-sepolia.json").read_text())
        assert record["deployer"] == record["owner"] == key_file.address
        escrow = Web3(Web3.HTTPProvider(url)).eth.contract(
            record["runs"], abi=ours("RunEscrow").abi
        )
        assert escrow.functions.immutables().call()[1] == record["registry"]

        looked_at(tmp_path, common[:2], record, environment)
    for name in record["contracts"]:  # proven to give our bytecode before anything was sent
        assert json.loads((FOLDER / f"{name}.json").read_text())["language"] == "Solidity"


def looked_at(folder, network, record, environment):
    """A record is compared with the chain, lost, and made anew; idle options are refused."""
    file, where = folder / "base-sepolia.json", [*network, "--records", folder]
    assert run("--check", *where, **environment).returncode == 0
    file.write_text(json.dumps({**record, "treasury": record["usdc"]}))
    differs = run("--check", *where, **environment)
    assert differs.returncode == 1
    assert "DIFFERS  RunEscrow: treasury" in differs.stdout
    assert differs.stderr.startswith("Error: 1 of ")

    file.unlink()
    adopted = run("--adopt", record["runs"], *where, **environment)
    assert adopted.returncode == 0, adopted.stderr
    assert json.loads(file.read_text())["contracts"] == record["contracts"]

    idle = run("--check", "--owner", "deployer", "--yes", *where, **environment)
    assert idle.returncode == 1
    expected = "leave out --owner and --yes: with --check that would change nothing"
    assert idle.stderr == f"Error: {expected}\n"


@pytest.mark.parametrize(
    "path",
    [
        LOCAL / "local.json",
        FINISHED / "local.json",
        FINISHED / "local-demo.json",
        FINISHED / "base-sepolia-fork.json",
        UNFINISHED / "base.json",
        FOLDER / "RunEscrow.json",
    ],
)
def test_gitignore__files_of_local_chains__ignored(path):
    checked = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize("network", ["base", "base-sepolia"])
def test_gitignore__records_of_public_networks__kept(network):
    path = FINISHED / f"{network}.json"
    checked = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
    assert checked.returncode == 1


def test_local_chain__started__roles_have_money(records):
    with local_chain(records) as chain:
        token = chain.w3.eth.contract(usdc.ADDRESS, abi=usdc.abi()).functions
        held = {
            role: token.balanceOf(chain.accounts[role].address).call() // 10**6 for role in ROLES
        }
        assert chain.w3.eth.get_code(chain.record.runs)
    assert held == {
        "owner": 0,
        "treasury": 0,
        "poster": 10_000,
        "agent": 10_000,
        "outsider": 10_000,
        "relayer": 0,
    }


def test_chain__port_taken__one_line_that_names_another():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = CliRunner().invoke(chain_command, ["--port", str(port)])
    assert done.exit_code == 1
    assert done.output == f"Error: Port {port} is taken: make chain PORT={port + 1}\n"
