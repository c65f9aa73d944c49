"""Run the demo, from an empty chain to the balance sheet."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

from agentescrow.chain import deployments
from agentescrow.risk_warnings import ShortDeadline
from demo import closing, stories, timeline
from demo.display import Display
from demo.ledger import Ledger
from demo.planned_run import PlannedRun
from demo.service import service_on
from demo.stage import Stage
from demo.wording import date
from deployment.local_chain import NETWORK, LocalChain, local_chain
from deployment.record import Records


def play(runs: Sequence[PlannedRun] | None, *, keep: bool = False) -> bool:
    """Start a chain, deploy, play, and print the balance sheet.

    Args:
        runs: Runs of a file; the four stories if None.
        keep: Leave chain and API running at the end, until Ctrl-C.

    Returns:
        Whether everything adds up.

    Raises:
        LocalnetError: Anvil is missing or did not start.
        DeploymentError: The contracts could not be deployed.
        AgentEscrowError: A transaction was refused unexpectedly.
    """
    began = time.monotonic()
    warnings.simplefilter("ignore", ShortDeadline)  # some runs last a second
    display = Display()
    # Another local chain may be running: its records are not overwritten.
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        records = Records(Path(folder) / "finished", Path(folder) / "unfinished")
        with local_chain(records) as chain:
            deployment = deployments.load(records.path(NETWORK))
            with service_on(chain, deployment, Path(folder)) as api_url:
                stage = Stage(chain, deployment, display, api_url)
                adds_up = _played(stage, chain, runs, began)
                _point_out(stage, records.path(NETWORK), keep=keep)
                stage.close()
                return adds_up


def _played(
    stage: Stage, chain: LocalChain, runs: Sequence[PlannedRun] | None, began: float
) -> bool:
    _introduce(stage, chain)
    if runs is None:
        stories.prepare(stage)
        ledger = Ledger(stage)
        stories.play(stage)
    else:
        timeline.prepare(stage, runs)
        ledger = Ledger(stage)
        timeline.play(stage, runs)
    sheet = ledger.close()
    problems = closing.close(stage, sheet)
    closing.verdict(stage, sheet, problems, time.monotonic() - began)
    return not problems


def _point_out(stage: Stage, record: Path, *, keep: bool) -> None:
    """Print where to look further, and wait there if asked to."""
    tell, url = stage.display.plain, stage.api_url
    tell("")
    tell(f"The API of this demo: {url}/docs", "bold")
    tell(f"  curl -s '{url}/api/runs?state=APPROVED&minReward=40'")
    if not keep:
        tell("It stops with the demo; KEEP=1 make demo keeps it running, with its chain.")
        return
    tell(f"  API_URL={url} DEPLOYMENT={record} agentescrow runs list")
    tell("Ctrl-C stops both.")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def _introduce(stage: Stage, chain: LocalChain) -> None:
    display, record = stage.display, chain.record
    display.heading("A local chain with everything deployed")
    display.plain(
        f"Anvil at {chain.url}, chain id {record.chain_id}. "
        f"Its clock starts at {date(stage.now)} and moves only with the story. "
        f"REST API, indexer and relayer at {stage.api_url}/docs."
    )
    display.table(
        ("contract", "address", "description"),
        (
            ("USDC", record.usdc, "Circle's own code, at its address on Base Sepolia"),
            ("IdentityRegistry", record.identity, "ERC-8004: agents are NFTs"),
            ("Forwarder", record.forwarder, "ERC-2771: a relayer may pay the gas"),
            ("StakeRegistry", record.registry, "agents' stakes and the trust ladder"),
            ("RunEscrow", record.runs, "the life of a run, and its money"),
        ),
    )
