"""Every command of every role, on a real chain."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from eth_account import Account

from agentescrow.chain.connection import chain_time
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import DAY, ONE_USDC
from agentescrow.domain.runs.run import RunState
from artifacts import ROOT
from localnet import usdc

WEEK = 7 * DAY


def state(contracts, run_id):
    return contracts.runs.get_run(run_id).state


def test_register__with_uri__is_owned_by_the_account(does, contracts, wallets):
    """Section 1: agents are NFTs, ids start at 0."""
    done = does("register", "--uri", "ipfs://me", by="agent")

    assert (done["event"], done["agent_id"]) == ("Registered", 0)
    assert contracts.identity.owner_of(0) == wallets.agent.address
    assert contracts.identity.agent_uri(0) == "ipfs://me"


@pytest.mark.parametrize("permit", [(), ("--permit",)], ids=["approval", "permit"])
def test_stake__allowance_missing__stakes(does, contracts, wallets, permit):
    """STAKE-1: by allowance, or by permit in one transaction."""
    contracts.identity.register(wallets.agent)
    sent = contracts.w3.eth.get_transaction_count(wallets.agent.address)

    done = does("stake", "20.5", "--agent", 0, *permit, by="agent")

    assert done["amount"] == 20_500_000
    assert contracts.registry.get_agent(0).staked == 20_500_000
    assert contracts.registry.status_of(0) == AgentStatus.PROVISIONAL
    now = contracts.w3.eth.get_transaction_count(wallets.agent.address)
    assert now - sent == (1 if permit else 2)


def test_unstake__to_another_address__pays_it(says, contracts, staked_agent, wallets):
    """STAKE-2: the owner unstakes to any address."""
    treasury = wallets.treasury.address

    said = says("unstake", "12.5", "--agent", staked_agent, "--to", treasury, by="agent")

    assert said.startswith(f"12.5 USDC of agent {staked_agent} paid to {treasury}.")
    assert contracts.usdc.balance_of(treasury) == 12_500_000


@pytest.mark.parametrize("permit", [(), ("--permit",)], ids=["approval", "permit"])
def test_post__all_terms__opens_the_run(does, contracts, wallets, permit):
    """RUN-1, RUN-3: the terms as given, a fee of 5 % on top."""
    ends = chain_time(contracts.w3) + 2 * DAY

    done = does(
        *("post", "--reward", "100", "--deadline", "+2d", "--uri", "ipfs://d"),
        *("--review-days", 3, "--max-revisions", 2, "--min-status", "established", *permit),
    )

    run = contracts.runs.get_run(done["run_id"])
    assert run.poster == wallets.poster.address
    assert (run.state, run.reward, run.fee) == (RunState.OPEN, 100 * ONE_USDC, 5 * ONE_USDC)
    assert (run.review_days, run.max_revisions) == (3, 2)
    assert run.min_status == AgentStatus.ESTABLISHED
    assert abs(run.deadline - ends) < 60
    assert done["ipfs_hash"] == "ipfs://d"
    assert contracts.usdc.allowance(run.poster, contracts.runs.address) == 0


def test_post__defaults__are_those_of_the_specification(does, contracts):
    """RUN-11, RUN-14: 7 days of review, 1 revision, PROVISIONAL."""
    done = does("post", "--reward", "1", "--deadline", "+1h", "--uri", "ipfs://d")

    assert (done["review_days"], done["max_revisions"], done["min_status"]) == (7, 1, 1)


@pytest.mark.parametrize("permit", [(), ("--permit",)], ids=["approval", "permit"])
def test_fund__draft__opens_it(does, contracts, permit):
    """Section 3: createRun, then fundRun."""
    draft = does("post", "--reward", "10", "--deadline", "+1d", "--uri", "ipfs://d", "--draft")
    assert state(contracts, draft["run_id"]) == RunState.DRAFT

    done = does("fund", draft["run_id"], *permit)

    assert (done["event"], done["amount"]) == ("RunFunded", 10_500_000)
    assert state(contracts, draft["run_id"]) == RunState.OPEN


def test_claim_start_submit_approve__the_happy_path__pays_the_agent(
    does, says, contracts, wallets, open_run, staked_agent
):
    """RUN-4, STAKE-4: 20 USDC locked while it works, the whole reward at the end."""
    run_id = open_run()
    before = contracts.usdc.balance_of(wallets.agent.address)

    assert does("claim", run_id, "--agent", staked_agent, by="agent")["stake"] == 20 * ONE_USDC
    assert says("start", run_id, by="agent").startswith(f"Work on run {run_id} began.")
    assert does("submit", run_id, "--uri", "ipfs://w", by="agent")["deliverable_uri"] == "ipfs://w"
    assert does("approve", run_id)["reward"] == 100 * ONE_USDC

    assert state(contracts, run_id) == RunState.APPROVED
    assert contracts.usdc.balance_of(wallets.agent.address) - before == 100 * ONE_USDC


def test_revise_reject__revisions_used_up__refunds(does, contracts, wallets, submitted_run):
    """RUN-11, RUN-12: one revision, then it may be rejected."""
    run_id = submitted_run(max_revisions=1)

    revised = does("revise", run_id, "--feedback", "shorter")
    assert (revised["revision"], revised["feedback"]) == (1, "shorter")
    contracts.runs.submit_work(wallets.agent, run_id, "ipfs://w2")
    assert does("reject", run_id, "--reason", "no")["refund"] == 105 * ONE_USDC

    assert state(contracts, run_id) == RunState.REJECTED


def test_finalize__silent_poster__anyone_pays_the_agent(does, contracts, submitted_run, wait):
    """RUN-14: after the review window anyone may finalize."""
    run_id = submitted_run()
    wait(WEEK)

    assert does("finalize", run_id, by="outsider")["silent"] is True
    assert state(contracts, run_id) == RunState.APPROVED


def test_slash__overdue__compensates_the_poster(does, contracts, claimed_run, staked_agent, wait):
    """RUN-9, STAKE-8: refund and 20 USDC on top."""
    run_id = claimed_run()
    wait(WEEK)

    done = does("slash", run_id)

    assert (done["refund"], done["compensation"]) == (105 * ONE_USDC, 20 * ONE_USDC)
    assert contracts.registry.status_of(staked_agent) == AgentStatus.FROZEN


def test_cancel__open__refunds(does, contracts, open_run):
    """Section 3: an OPEN run is the poster's to cancel."""
    run_id = open_run()

    assert does("cancel", run_id)["refund"] == 105 * ONE_USDC
    assert state(contracts, run_id) == RunState.CANCELLED


def test_abandon__in_time__reopens(does, contracts, claimed_run):
    """RUN-17: within a day, without penalty."""
    run_id = claimed_run()

    assert does("abandon", run_id, by="agent")["run_id"] == run_id
    assert state(contracts, run_id) == RunState.OPEN


def test_sweep__fees_accrued__go_to_the_treasury(does, contracts, wallets, submitted_run):
    """RUN-16: anyone sends the fees on."""
    contracts.runs.approve(wallets.poster, submitted_run())

    assert does("sweep", by="outsider")["amount"] == 5 * ONE_USDC
    assert contracts.usdc.balance_of(wallets.treasury.address) == 5 * ONE_USDC


def test_credits__refused_payout__is_withdrawn_elsewhere(
    does, says, contracts, wallets, submitted_run, local
):
    """RUN-16: a payout that USDC refuses is credited, and withdrawn to another address."""
    run_id = submitted_run()
    agent, outsider = wallets.agent.address, wallets.outsider.address
    usdc.blacklist(local.w3, agent)
    contracts.runs.approve(wallets.poster, run_id)
    before = contracts.usdc.balance_of(outsider)

    shown = does("credits", "--of", agent, by=None)
    said = says("credits", "--withdraw-to", outsider, by="agent")

    assert shown == {"RunEscrow": 100 * ONE_USDC, "StakeRegistry": 0}
    assert said.startswith(f"RunEscrow paid 100 USDC to {outsider}.")
    assert contracts.usdc.balance_of(outsider) - before == 100 * ONE_USDC
    assert "RunEscrow owes" in says("credits", by="agent")


def test_show__run__tells_its_state_and_terms(says, does, claimed_run, wallets):
    """RUN-23: everything that getRun tells, for people and as JSON."""
    run_id = claimed_run()

    said = says("show", "run", run_id, by=None)
    facts = does("show", "run", run_id, by=None)

    assert "CLAIMED: An agent has claimed it." in said
    assert "100 USDC" in said
    assert wallets.poster.address in said
    assert (facts["state"], facts["reward"], facts["agent"]) == ("CLAIMED", 100 * ONE_USDC, 0)
    assert facts["dueAt"] - facts["claimedAt"] == WEEK


def test_show__unclaimed_run__names_no_agent(does, open_run):
    """Section 1: 0 is a valid agent, so a run without one must not say 0."""
    facts = does("show", "run", open_run(), by=None)

    assert (facts["agent"], facts["wallet"]) == (None, None)


def test_show__agent__tells_status_stake_and_reputation(says, does, claimed_run, staked_agent):
    """STAKE-5, RUN-22: a newcomer stands at 50."""
    claimed_run()

    said = says("show", "agent", staked_agent, by=None)
    facts = does("show", "agent", staked_agent, by=None)

    assert "40 USDC, 20 USDC available" in said
    assert (facts["status"], facts["locked"]) == ("PROVISIONAL", 20 * ONE_USDC)
    assert facts["reputation"] == "50.00"


def test_show__nothing__tells_of_the_contracts(says, does, open_run, contracts):
    """RUN-20: what is held beside what is owed."""
    open_run()

    facts = does("show", by=None)

    assert "105 USDC held, 105 USDC owed" in says("show", by=None)
    assert (facts["escrowHolds"], facts["escrowOwes"]) == (105 * ONE_USDC, 105 * ONE_USDC)
    assert facts["escrow"] == contracts.runs.address


def test_relayer__account_without_eth__only_signs(
    does, fails, rpc, contracts, wallets, open_run, staked_agent
):
    """RUN-19: an agent without ETH claims; a relayer pays."""
    run_id = open_run()
    rpc("anvil_setBalance", wallets.agent.address, "0x0")
    relayer = ("--relayer", "TEST::5")

    assert "insufficient ETH" in fails("claim", run_id, "--agent", staked_agent, by="agent")
    done = does("claim", run_id, "--agent", staked_agent, *relayer, by="agent")
    staked = does("stake", 5, "--agent", staked_agent, "--permit", *relayer, by="agent")

    assert done["wallet"] == wallets.agent.address
    assert staked["from_"] == wallets.agent.address
    assert "does not trust the forwarder" in fails(
        "stake", 5, "--agent", staked_agent, *relayer, by="agent"
    )


def test_account__key_file__acts_unattended(local, record_file, rpc, tmp_path, contracts):
    """Point 4: keys only through Ape's accounts; unattended, with the passphrase in a variable."""
    key = Account.create()
    rpc("anvil_setBalance", key.address, hex(10**18))
    (tmp_path / "accounts").mkdir()
    keyfile = json.dumps(Account.encrypt(key.key, "secret", kdf="pbkdf2", iterations=2))
    (tmp_path / "accounts" / "worker.json").write_text(keyfile)
    more = {"APE_DATA_FOLDER": str(tmp_path), "APE_ACCOUNTS_worker_PASSPHRASE": "secret"}

    command = ["ape", "run", "register", "--account", "worker", "--yes", "--json"]
    command += ["--network", local.url, "--deployment", str(record_file)]

    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["owner"] == key.address
    assert contracts.identity.owner_of(0) == key.address


def test_account__address_without_key__is_impersonated(bare, local, record_file, contracts, rpc):
    """An address acts where the node impersonates, for rehearsals on a fork."""
    multisig = "0x00000000000000000000000000000000000000AA"
    rpc("anvil_setBalance", multisig, hex(10**18))
    where = ("--network", local.url, "--deployment", record_file, "--account", multisig)

    done = bare("post", "--reward", 1, "--deadline", "+1d", "--uri", "x", "--draft", *where)

    assert done.exit_code == 0, done.output
    assert contracts.runs.get_run(1).poster == multisig
