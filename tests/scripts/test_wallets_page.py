"""Every command of docs/wallets.md, run unchanged."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from agentescrow.domain.constants import ONE_USDC
from agentescrow.domain.runs.run import RunState
from artifacts import ROOT

PAGE = (ROOT / "docs" / "wallets.md").read_text()
ON_THE_PAGE = "http://127.0.0.1:8545"


@pytest.fixture
def run(local):
    """Run all blocks of a language up to the n-th, in one process, against the chain under test."""

    def blocks(language, *command, first, last):
        found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        program = "\n".join([found[0], *found[first:last]]).replace(ON_THE_PAGE, local.url)
        done = subprocess.run(
            [*command, program], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return blocks


def test_page__addresses__are_those_of_a_fresh_local_chain(local):
    """What `make chain` prints is what the page says."""
    record = local.record
    for address in (record.forwarder, record.registry, record.runs, record.usdc, record.identity):
        assert len(re.findall(address, PAGE)) == 3
    for role in ("poster", "agent"):
        assert len(re.findall(local.accounts[role].key.to_0x_hex(), PAGE)) == 3


def test_page__with_cast__pays_the_agent_and_relays(contracts, wallets, run, terms):
    """Point 6: the same run with cast alone."""
    before = contracts.usdc.balance_of(wallets.agent.address)

    run("sh", "bash", "-euo", "pipefail", "-c", first=1, last=4)

    assert contracts.runs.get_run(1).state == RunState.APPROVED
    assert contracts.usdc.balance_of(wallets.agent.address) - before == 80 * ONE_USDC

    run_id = contracts.runs.post_run(wallets.poster, terms(), "ipfs://d").event.run_id
    contracts.runs.claim_run(wallets.agent, run_id, 0)
    run("sh", "bash", "-euo", "pipefail", "-c", first=4, last=5)

    assert contracts.runs.get_run(run_id).state == RunState.SUBMITTED
    assert contracts.forwarder.nonce_of(wallets.agent.address) == 1


def test_page__with_web3__pays_the_agent_and_relays(contracts, wallets, run):
    """Point 6: the same run with web3.py alone; then a permit, and a claim without ETH."""
    before = contracts.usdc.balance_of(wallets.agent.address)

    said = run("python", sys.executable, "-c", first=1, last=4)

    assert said.splitlines() == [
        f"run 1: 100 USDC for {wallets.agent.address}",
        f"run 2 is claimed for {wallets.agent.address}",
    ]
    assert contracts.runs.get_run(1).state == RunState.APPROVED
    assert contracts.runs.get_run(2).state == RunState.CLAIMED
    assert contracts.usdc.balance_of(wallets.agent.address) - before == 80 * ONE_USDC
