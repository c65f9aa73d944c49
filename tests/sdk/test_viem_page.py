"""Every block of viem in docs/wallets.md, as it stands there: one module, which Node runs."""

from __future__ import annotations

import re
import subprocess

import pytest

from agentescrow.domain.runs.run import RunState
from artifacts import ROOT
from tests.waiting import ENOUGH

PAGE = (ROOT / "docs" / "wallets.md").read_text()
BLOCKS = re.findall(r"^```js\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def run_page(market):
    """Run all blocks, the addresses of chain and API put in; returns what Node did."""

    def run(blocks):
        program = "\n".join(blocks)
        for on_the_page, here in (("8545", market.chain.url), ("8000", market.api_url)):
            assert program.count(f'"http://127.0.0.1:{on_the_page}"') == 1
            program = program.replace(f"http://127.0.0.1:{on_the_page}", here)
        return subprocess.run(
            ["node", "--input-type=module"],
            input=program,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=ENOUGH,
            check=False,
        )

    return run


def test_page__with_viem__pays_by_one_signature_and_relays(market, run_page):
    """API-4, API-7, STAKE-1: stake and runs paid by EIP-3009, requests relayed, a Safe's run."""
    done = run_page(BLOCKS)

    assert done.returncode == 0, done.stderr
    said = re.fullmatch(
        r"run (\d+) is posted\nrun \1 is CLAIMED\nrun \1 is APPROVED\n"
        r"run (\d+) is paid by the Safe (0x\w{40})\n",
        done.stdout,
    )
    assert said, done.stdout
    own, second, safe = int(said[1]), int(said[2]), said[3]
    escrow = market.contracts.runs
    assert escrow.get_run(own).poster == market.chain.accounts["poster"].address
    assert [escrow.get_run(run_id).state for run_id in (own, second)] == [RunState.APPROVED] * 2
    assert escrow.get_run(second).poster == safe
    assert escrow.get_run(second).reward == 100_000_000
