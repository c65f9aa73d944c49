"""The run of the README, played as it stands there: `cast`, web3.py, and our own command."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from agentescrow.domain.constants import ONE_USDC
from agentescrow.domain.runs.run import RunState
from localnet.artifacts import ROOT

README = (ROOT / "README.md").read_text()
ON_THE_PAGE = "http://127.0.0.1:8545"


def block(language: str, beginning: str) -> str:
    """The code block of a language that begins so."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (found,) = [text for text in blocks if text.startswith(beginning)]
    return found


@pytest.mark.parametrize(
    ("program", "command"),
    [
        (block("sh", "export ETH_RPC_URL"), ["bash", "-euo", "pipefail", "-c"]),
        (block("python", "import json"), [sys.executable, "-c"]),
    ],
    ids=["cast", "web3"],
)
def test_readme__run_from_a_wallet__pays_the_agent(local, contracts, wallets, program, command):
    """A first contract call from a wallet works as it is printed."""
    before = contracts.usdc.balance_of(wallets.agent.address)

    done = subprocess.run(
        [*command, program.replace(ON_THE_PAGE, local.url)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert contracts.escrow.get_run(1).state == RunState.APPROVED
    assert contracts.usdc.balance_of(wallets.agent.address) - before == 80 * ONE_USDC


def test_readme__command__posts(local, contracts, record_file):
    """The command that the README shows does what it says there."""
    line = block("sh", "ape run post").replace(ON_THE_PAGE, local.url).strip()

    done = subprocess.run(
        ["bash", "-c", f"{line} --deployment {shlex.quote(str(record_file))}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert contracts.escrow.get_run(1).state == RunState.OPEN


def test_readme__length__stays_readable():
    """At most 150 lines."""
    assert len(README.splitlines()) <= 150
