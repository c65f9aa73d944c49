"""Verbs about money that is nobody's run, and the accounts that verbs take."""

from __future__ import annotations

import json
import os
import subprocess

from eth_account import Account

from agentescrow.domain.constants import ONE_USDC
from artifacts import ROOT
from localnet import usdc


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


def test_show__contracts__tells_what_each_holds_and_owes(says, does, open_run, contracts):
    """RUN-20: what is held beside what is owed."""
    open_run()

    facts = does("show", by=None)

    assert "105 USDC held, 105 USDC owed" in says("show", by=None)
    books = (facts["RunEscrow.holds"], facts["RunEscrow.owes"])
    assert books == (105 * ONE_USDC, 105 * ONE_USDC)
    assert facts["RunEscrow"] == contracts.runs.address


def test_account__key_file__acts_unattended(
    local, record_file, rpc, tmp_path, contracts, wallets, submitted_run
):
    """Point 4: keys only through Ape's accounts; unattended, with the passphrase in a variable."""
    contracts.runs.approve(wallets.poster, submitted_run())
    key = Account.create()
    rpc("anvil_setBalance", key.address, hex(10**18))
    (tmp_path / "accounts").mkdir()
    keyfile = json.dumps(Account.encrypt(key.key, "secret", kdf="pbkdf2", iterations=2))
    (tmp_path / "accounts" / "worker.json").write_text(keyfile)
    more = {"APE_DATA_FOLDER": str(tmp_path), "APE_ACCOUNTS_worker_PASSPHRASE": "secret"}

    command = ["ape", "run", "sweep", "--account", "worker", "--yes", "--json"]
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
    assert json.loads(done.stdout)["amount"] == 5 * ONE_USDC
    assert contracts.w3.eth.get_transaction_count(key.address) == 1


def test_account__address_without_key__is_impersonated(
    bare, local, record_file, contracts, rpc, wallets, submitted_run
):
    """An address acts where the node impersonates, for rehearsals on a fork."""
    multisig = "0x00000000000000000000000000000000000000AA"
    rpc("anvil_setBalance", multisig, hex(10**18))
    where = ("--network", local.url, "--deployment", record_file, "--account", multisig)

    contracts.runs.approve(wallets.poster, submitted_run())

    done = bare("sweep", *where)

    assert done.exit_code == 0, done.output
    assert contracts.w3.eth.get_transaction_count(multisig) == 1
