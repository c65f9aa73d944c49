"""Bad input of every kind: one clear line, a non-zero exit, and nothing changed."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from artifacts import ROOT


def test_verbs__contract_refuses__say_why_in_words(fails):
    """Every revert is a sentence with the custom error behind it."""
    assert fails("sweep").startswith("There are no accrued fees")
    assert "has no credit to withdraw. [NoCredit(" in fails(
        "credits", "--withdraw-to", "0x" + "1" * 40
    )


@pytest.mark.parametrize("address", ["0x12", "vitalik.eth", "0x" + "g" * 40, ""])
def test_address__malformed__is_refused(fails, address):
    """Names are not resolved and addresses are whole."""
    assert "is not an address" in fails("credits", "--withdraw-to", address)


def test_address__wrong_checksum__is_refused(fails, wallets):
    """A typing error in an address costs everything, so its checksum counts."""
    wrong = wallets.agent.address.swapcase().replace("0X", "0x")

    assert "its checksum is wrong" in fails("credits", "--withdraw-to", wrong)


def test_account__missing_or_unknown__is_said(bare, local, record_file):
    """The account is Ape's, by alias, test number or address."""
    where = ("sweep", "--network", local.url, "--deployment", record_file)

    assert "no account: name one" in bare(*where).output
    assert "there is no account 'nobody'" in bare(*where, "--account", "nobody").output
    assert "there is no account 'TEST::99'" in bare(*where, "--account", "TEST::99").output
    assert bare(*where).exit_code == 1


def test_account__no_eth__is_told_so(bare, local, record_file, contracts, wallets, submitted_run):
    """An account that cannot pay for gas."""
    contracts.runs.approve(wallets.poster, submitted_run())
    poor = "0x00000000000000000000000000000000000000bb"
    where = ("--network", local.url, "--deployment", record_file, "--account", poor)

    done = bare("sweep", *where)

    assert done.exit_code == 1
    assert done.output.startswith(f"Error: insufficient ETH: {poor} cannot pay for the gas")


def test_deployment__no_record__is_said(bare, local, tmp_path):
    """No such file, no JSON, or not a record."""
    broken, empty = tmp_path / "broken.json", tmp_path / "empty.json"
    broken.write_text("{")
    empty.write_text("{}")
    show = ("show", "--network", local.url, "--deployment")

    assert "there is no deployment record" in bare(*show, tmp_path / "none.json").output
    assert "it is not JSON" in bare(*show, broken).output
    assert "its 'chain_id' is missing or wrong" in bare(*show, empty).output
    assert bare(*show, empty).exit_code == 1


def test_deployment__another_chain__is_refused(bare, local, record_file, tmp_path):
    """A record of Base Sepolia does not serve on a local chain."""
    record = json.loads(record_file.read_text())
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**record, "chain_id": 84532}))

    done = bare("show", "--network", local.url, "--deployment", other)

    assert done.exit_code == 1
    assert (
        done.output == "Error: wrong chain: the deployment is on chain 84532, the node on 31337\n"
    )


def test_deployment__restarted_chain__is_noticed(bare, local, record_file, tmp_path):
    """A record whose contracts are not on the chain."""
    record = json.loads(record_file.read_text())
    stale = tmp_path / "stale.json"
    stale.write_text(json.dumps({**record, "runs": "0x" + "1" * 40}))

    done = bare("show", "--network", local.url, "--deployment", stale)

    assert done.exit_code == 1
    assert "are not on this chain" in done.output


def test_network__nobody_there__is_said(bare, record_file):
    """A wrong address of a node."""
    done = bare("show", "--network", "http://127.0.0.1:1", "--deployment", record_file)

    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1
    assert "127.0.0.1:1" in done.output


def test_network__variable_not_set__is_named():
    """ape-config.yaml takes the nodes of public networks from the environment."""
    environment = {key: value for key, value in os.environ.items() if key != "BASE_RPC_URL"}
    command = ["ape", "run", "show", "--network", "base:mainnet:node"]

    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == ("Error: BASE_RPC_URL is not set: set it to the RPC endpoint of a node\n")


def test_ape_run__real_process__one_line_and_exit_code(local, record_file):
    """The command as a user starts it: no traceback, exit code 1; and 0 where it works."""
    where = ["--network", local.url, "--deployment", str(record_file)]

    def ape(*arguments):
        command = ["ape", "run", *arguments, *where]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    bad = ape("sweep", "--account", "TEST::2")
    good = ape("show", "--json")

    assert bad.returncode == 1
    assert bad.stderr.splitlines()[-1].startswith("Error: There are no accrued fees")
    assert "Traceback" not in bad.stderr + bad.stdout
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["runs"] == 0
