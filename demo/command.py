"""Command line of the demo; an error is one line and a non-zero exit code."""

from __future__ import annotations

import io
import signal
import sys
import time
from pathlib import Path

import click

from demo.runs_file import RunsFileRefused, read_runs


@click.command()
@click.option(
    "--runs",
    "file",
    type=click.Path(path_type=Path),
    help="Play the runs of this file, a JSON array, instead of the four stories.",
)
@click.option("--keep", is_flag=True, help="Leave chain and API running at the end.")
def cli(file: Path | None, *, keep: bool) -> None:
    """Play runs from start to end on a local chain of its own."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the terminal may not know every character
    try:
        runs = None if file is None else read_runs(file, int(time.time()))
    except RunsFileRefused as error:
        raise click.ClickException(str(error)) from None
    # Imported late: web3 takes a second, and a bad file is refused at once.
    from agentescrow.errors import AgentEscrowError
    from artifacts import SetupError
    from demo.play import play
    from deployment.errors import DeploymentError

    for ending in (signal.SIGTERM, signal.SIGHUP):  # so that Anvil's files are removed
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    try:
        adds_up = play(runs, keep=keep)
    except (AgentEscrowError, DeploymentError, SetupError) as error:
        raise click.ClickException(str(error)) from None
    if not adds_up:
        sys.exit(1)
