"""From an empty chain to the balance sheet."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from agentescrow.chain import deployments
from demo import closing, stories, timeline
from demo.display import Display
from demo.ledger import Ledger
from demo.planned_run import PlannedRun
from demo.stage import Stage
from demo.wording import date
from deployment.local_chain import NETWORK, LocalChain, local_chain
from deployment.record import Records


def play(runs: Sequence[PlannedRun] | None) -> bool:
    """Start a chain, deploy, play, and draw up the balance sheet.

    Args:
        runs: Of a file; the four stories where None.

    Returns:
        Whether everything adds up.

    Raises:
        LocalnetError: There is no Anvil, or it could not be started.
        DeploymentError: The contracts could not be deployed.
        AgentEscrowError: A transaction was refused that should not have been.
    """
    began = time.monotonic()
    display = Display()
    # The records of a chain that somebody else may be running are not ours to overwrite.
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        records = Records(Path(folder) / "finished", Path(folder) / "unfinished")
        with local_chain(records) as chain:
            stage = Stage(chain, deployments.load(records.path(NETWORK)), display)
            return _played(stage, chain, runs, began)


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


def _introduce(stage: Stage, chain: LocalChain) -> None:
    display, record = stage.display, chain.record
    display.heading("A local chain with everything deployed")
    display.plain(
        f"Anvil at {chain.url}, chain id {record.chain_id}. "
        f"Its clock starts at {date(stage.now)} and moves only with the story."
    )
    display.table(
        ("contract", "address", "what it is"),
        (
            ("USDC", record.usdc, "Circle's own code, at its address on Base Sepolia"),
            ("IdentityRegistry", record.identity, "ERC-8004: agents are NFTs"),
            ("Forwarder", record.forwarder, "ERC-2771: a relayer may pay the gas"),
            ("StakeRegistry", record.registry, "agents' stakes and the trust ladder"),
            ("RunEscrow", record.escrow, "the life of a run, and its money"),
        ),
    )
