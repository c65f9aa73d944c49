"""`agentescrow index`: follow the contracts into a database."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from agentescrow.chain import deployments
from agentescrow.chain.connection import connect
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.indexer.follow import Indexer
from agentescrow.indexer.follow import Progress as Step
from agentescrow.settings import Settings
from agentescrow.store.database import migrate, open_database
from agentescrow.store.lock import writer


def index(
    rpc_url: Annotated[str | None, typer.Option(help="A node of the chain [RPC_URL].")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="sqlite:///FILE or postgresql://… [DATABASE_URL].")
    ] = None,
    deployment: Annotated[
        Path | None, typer.Option(help="Record of the contracts [DEPLOYMENT].")
    ] = None,
    to_head: Annotated[bool, typer.Option("--to-head", help="End at the latest block.")] = False,
) -> None:
    """Follow the contracts into a database, until Ctrl-C."""
    given = {"rpc_url": rpc_url, "database_url": database_url, "deployment": deployment}
    options = {k: str(v) for k, v in given.items() if v is not None}
    settings = Settings(**options)  # type: ignore[arg-type]
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    ended = _end_asked_for()
    w3 = connect(settings.rpc_url)
    where = settings.deployment
    record = deployments.find(w3) if where is None else deployments.load(Path(where))
    contracts = Contracts(w3, record)
    contracts.require_present()
    engine = open_database(settings.database_url)
    with writer(engine) as connection:
        migrate(engine)
        reader = Reader(Node(settings.rpc_url), contracts)
        indexer = Indexer(connection, reader, record, first_block=settings.first_block)
        with _display() as display:
            indexer.follow(_Bar(display), ended.is_set, to_head=to_head)


class _Bar:
    """Shows steps as a bar, with events a second and the blocks that are left."""

    def __init__(self, display: Progress) -> None:
        self._display = display
        self._task = display.add_task("index", total=None, block=0, events=0, left=0, rate=0.0)

    def __call__(self, step: Step) -> None:
        task = self._display.tasks[0]
        events = task.fields["events"] + step.events
        self._display.update(
            self._task,
            total=step.head - step.first_block + 1,
            completed=step.block - step.first_block + 1,
            block=step.block,
            events=events,
            left=step.head - step.block,
            rate=events / max(task.elapsed or 0, 0.001),
        )


def _display() -> Progress:
    return Progress(
        TextColumn("block {task.fields[block]}"),
        BarColumn(),
        TextColumn("{task.fields[left]} blocks left, {task.fields[events]} events"),
        TextColumn("{task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _end_asked_for() -> threading.Event:
    ended = threading.Event()

    def end(_number: int, _frame: object) -> None:
        if ended.is_set():
            raise KeyboardInterrupt
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended
