"""The programs under examples/, and the eight lines of Python in the README, run unchanged."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from agentescrow.domain.runs.run import RunState
from artifacts import ROOT
from tests.waiting import ENOUGH

README = (ROOT / "README.md").read_text()


def _environment(market, role):
    return {
        **os.environ,
        "API_URL": market.api_url,
        "RPC_URL": market.chain.url,
        "DEPLOYMENT": str(market.record),
        "AGENT_PRIVATE_KEY": market.chain.accounts[role].key.to_0x_hex(),
        "PYTHONPATH": str(ROOT),
    }


def test_examples__agent_and_poster__do_a_run_together(market):
    """API-7: the full flow, two programs that know of each other through the API alone."""
    python, examples = [sys.executable, "-u"], ROOT / "examples"
    poster = subprocess.Popen(
        [*python, examples / "poster.py", "5000", "+3d", "ipfs://description"],
        env=_environment(market, "poster"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        run_id = int(re.findall(r"[0-9]+", poster.stdout.readline())[0])
        agent = subprocess.run(
            [*python, examples / "agent.py", "5000"],
            env=_environment(market, "agent"),
            capture_output=True,
            text=True,
            timeout=ENOUGH,
            check=False,
        )
        assert agent.returncode == 0, agent.stderr
        assert f"Claimed run {run_id}: ipfs://description" in agent.stdout
        assert f"Run {run_id} is SUBMITTED." in agent.stdout
        assert "the agent is paid" in poster.stdout.read()
        assert poster.wait(timeout=ENOUGH) == 0
    finally:
        with poster:  # which closes its pipe
            poster.kill()
    assert market.contracts.runs.get_run(run_id).state == RunState.APPROVED


def test_readme__sdk__submits_work(market, run_id):
    """API-7: as a new user would."""
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (program,) = [block for block in blocks if "AgentClient(" in block]
    program = program.replace("http://127.0.0.1:8000", market.api_url)
    program = program.replace("http://127.0.0.1:8545", market.chain.url)
    program = program.replace("deployment/local-records/local.json", str(market.record))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=_environment(market, "agent"),
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "SUBMITTED"
    assert market.contracts.runs.get_run(run_id).state == RunState.SUBMITTED
