"""Bad input of every kind: one clear line, a non-zero exit, and nothing changed."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from agentescrow.domain.constants import ONE_USDC
from artifacts import ROOT


def posting(**changes):
    options = {"reward": "10", "deadline": "+3d", "uri": "ipfs://d", **changes}
    return ("post", *(f"--{key.replace('_', '-')}={value}" for key, value in options.items()))


@pytest.mark.parametrize(
    "amount", ["1e3", "-5", "1,000", "0.0000001", "ten", "", "1_000", " 5", "inf", "9" * 40]
)
def test_amount__not_usdc__is_refused(fails, amount):
    """Point 6: amounts are "100" or "12.5"."""
    line = fails(*posting(reward=amount))

    assert line.startswith("Invalid value for '--reward': amount ")


@pytest.mark.parametrize("amount", ["0", "300000000"])
def test_amount__outside_the_contracts_limits__is_refused_in_usdc(fails, amount):
    """RUN-2: the reward's limits, said by the contract, in USDC."""
    line = fails(*posting(reward=amount), "--draft")

    assert f"A reward of {amount} USDC is not allowed" in line
    assert "RewardOutOfRange" in line


@pytest.mark.parametrize(
    "time", ["tomorrow", "3d", "+3 d", "2026-12-01T12:00", "2026-13-01", "+999999999d", ""]
)
def test_deadline__no_time__is_refused(fails, time):
    """Point 6: ISO 8601 with a zone, or a distance."""
    assert fails(*posting(deadline=time)).startswith("time ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deadline": "2020-01-01T00:00:00Z"}, "2020-01-01T00:00:00Z is not in the future"),
        ({"deadline": "+91d"}, "is too far ahead"),
        ({"review_days": 31}, "A review of 31 days is not allowed; it must take 1 to 30 days."),
        ({"max_revisions": 11}, "11 revisions are too many; at most 10 are allowed."),
        ({"uri": ""}, "1 to 2048 bytes of UTF-8"),
        ({"uri": "\u00e4" * 1_025}, "it has 2050 bytes of UTF-8, 2048 at most are allowed"),
        ({"review_days": 256}, "256 is not in the range 0<=x<=255"),
        ({"min_status": "BANNED"}, "'BANNED' is not one of 'PROVISIONAL', 'ESTABLISHED'"),
    ],
)
@pytest.mark.parametrize("permit", [(), ("--permit",)], ids=["approval", "permit"])
def test_terms__out_of_range__are_refused_in_words(
    fails, contracts, wallets, changes, words, permit
):
    """RUN-2: each violation, before even an allowance is set."""
    assert words in fails(*posting(**changes), *permit)

    poster = wallets.poster.address
    assert contracts.usdc.allowance(poster, contracts.runs.address) == 0


@pytest.mark.parametrize("permit", [(), ("--permit",)], ids=["approval", "permit"])
def test_post__too_little_usdc__says_how_much_is_missing(fails, permit):
    """The poster has 10,000 USDC."""
    line = fails(*posting(reward=10_000), *permit)

    assert line.startswith("insufficient USDC: 0x")
    assert line.endswith("has 10000 USDC, and 10500 are needed")


def test_stake__too_little_usdc__says_how_much_is_missing(fails, staked_agent):
    """Whoever has none can stake none."""
    line = fails("stake", "20", "--agent", staked_agent, by="relayer")

    assert line.endswith("has 0 USDC, and 20 are needed")


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("fund", ()),
        ("claim", ("--agent", "0")),
        ("start", ()),
        ("submit", ("--uri", "x")),
        ("revise", ("--feedback", "x")),
        ("approve", ()),
        ("reject", ("--reason", "x")),
        ("finalize", ()),
        ("slash", ()),
        ("cancel", ()),
        ("abandon", ()),
    ],
)
def test_run_verbs__unknown_run__say_so(fails, verb, more):
    """RUN-26: unknown ids revert with their own error."""
    assert fails(verb, 7, *more) == "There is no run 7. [RunUnknown(runId=7)]"


def test_show__unknown__says_so(fails):
    """RUN-26: as for commands that write."""
    assert fails("show", "run", 7, by=None).startswith("There is no run 7.")
    assert fails("show", "agent", 7, by=None).startswith("There is no agent 7")
    assert fails("show", "run", by=None) == "which run? Name its number: show run 1"


@pytest.mark.parametrize("number", ["one", "-1", "1.5", str(2**256)])
def test_run_verbs__no_number__is_refused(fails, number):
    """A run id is a whole number."""
    assert fails("approve", "--", number).startswith("Invalid value for 'RUN_ID'")


def test_verbs__contract_refuses__say_why_in_words(fails, claimed_run, open_run, staked_agent):
    """Every revert is a sentence with the custom error behind it."""
    run_id, other = claimed_run(), open_run()

    assert fails("claim", run_id, "--agent", staked_agent, by="agent").startswith(
        f"Run {run_id} is CLAIMED; this is possible only while it is OPEN. [UnexpectedRunState("
    )
    assert "is neither the owner, an operator nor the wallet of agent 0. [NotOperator(" in fails(
        "claim", other, "--agent", staked_agent, by="outsider"
    )
    assert "There is no agent 9 in the identity registry. [AgentUnknown(" in fails(
        "claim", other, "--agent", 9, by="agent"
    )
    assert f"Only the poster of run {run_id}, 0x" in fails("slash", run_id, by="outsider")
    assert f"The agent on run {run_id} has time until 20" in fails("slash", run_id)
    assert "has 20 USDC of stake available, but 30 USDC is required. [InsufficientStake(" in fails(
        "unstake", "30", "--agent", staked_agent, by="agent"
    )
    assert "it is the zero address or one of the contracts. [InvalidRecipient(" in fails(
        "unstake", "1", "--agent", staked_agent, "--to", "0x" + "0" * 40, by="agent"
    )
    assert fails("stake", "0", "--agent", staked_agent) == "The amount is zero. [ZeroAmount()]"
    assert fails("sweep").startswith("There are no accrued fees")
    assert "has no credit to withdraw. [NoCredit(" in fails(
        "credits", "--withdraw-to", "0x" + "1" * 40
    )


@pytest.mark.parametrize("address", ["0x12", "vitalik.eth", "0x" + "g" * 40, ""])
def test_address__none__is_refused(fails, staked_agent, address):
    """Names are not resolved and addresses are whole."""
    line = fails("unstake", "1", "--agent", staked_agent, "--to", address, by="agent")

    assert "is no address" in line


def test_address__wrong_checksum__is_refused(fails, wallets):
    """A typing error in an address costs everything, so its checksum counts."""
    wrong = wallets.agent.address.swapcase().replace("0X", "0x")

    assert "its checksum is wrong" in fails("credits", "--withdraw-to", wrong)


def test_account__missing_or_unknown__is_said(bare, local, record_file, open_run):
    """The account is Ape's, by alias, test number or address."""
    run_id = open_run()
    where = ("approve", run_id, "--network", local.url, "--deployment", record_file)

    assert "an account is missing" in bare(*where).output
    assert "there is no account 'nobody'" in bare(*where, "--account", "nobody").output
    assert "there is no account 'TEST::99'" in bare(*where, "--account", "TEST::99").output
    assert bare(*where).exit_code == 1


def test_account__no_eth__is_told_so(bare, local, record_file):
    """An account that cannot pay for gas."""
    poor = "0x00000000000000000000000000000000000000bb"
    where = ("--network", local.url, "--deployment", record_file, "--account", poor)

    done = bare("register", *where)

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
    assert done.stderr == (
        "Error: BASE_RPC_URL is not set: export the RPC address of a node in it\n"
    )


def test_ape_run__real_process__one_line_and_exit_code(local, record_file, open_run):
    """The command as a user starts it: no traceback, exit code 1; and 0 where it works."""
    run_id = open_run()
    where = ["--network", local.url, "--deployment", str(record_file)]

    def ape(*arguments):
        command = ["ape", "run", *arguments, *where]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    bad = ape("approve", str(run_id), "--account", "TEST::2")
    good = ape("show", "run", str(run_id), "--json")

    assert bad.returncode == 1
    assert bad.stderr.splitlines()[-1].startswith(f"Error: Run {run_id} is OPEN; ")
    assert "Traceback" not in bad.stderr + bad.stdout
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["reward"] == 100 * ONE_USDC
