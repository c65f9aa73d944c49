"""Recovery of an indexer from kill -9: time to the next rows, with the start of a new process."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from agentescrow.store.database import Engine, migrate, open_database
from agentescrow.store.digest import recomputed
from agentescrow.store.position import indexed_block
from benchmarks.full_blocks import FullBlocks

_KILLS = 7
_LONGEST_RUN = 1.0  # seconds from the first rows of a process to its kill
_INDEX = (sys.executable, "-c", "from agentescrow.cli.main import main; main()", "index", "--json")


def recoveries(chain: FullBlocks, database: str) -> list[float]:
    """Kill an indexer in the middle of a backfill, and start it again, several times.

    Args:
        chain: Has enough blocks not to come to their end meanwhile.
        database: Empty.

    Returns:
        For each kill the seconds until the database has more rows than before.

    Raises:
        RuntimeError: Rows and digest do not fit.
    """
    engine = open_database(database)
    migrate(engine)
    chosen, taken = random.Random(0), []
    process = _started(chain, database)
    try:
        for _ in range(_KILLS):
            time.sleep(chosen.uniform(0, _LONGEST_RUN))
            begun = time.perf_counter()
            process.kill()
            process = _started(chain, database)
            taken.append(time.perf_counter() - begun)
            with _stopped(process):
                _require_rows(engine)
    finally:
        process.kill()
    return taken


def _started(chain: FullBlocks, database: str) -> subprocess.Popen[str]:
    """An indexer that has written already."""
    where = ("--rpc-url", chain.url, "--database-url", database, "--deployment", str(chain.record))
    process = subprocess.Popen([*_INDEX, *where], stdout=subprocess.PIPE, text=True)
    if process.stdout is None or not process.stdout.readline():
        raise RuntimeError("the indexer ended without rows")
    return process


@contextmanager
def _stopped(process: subprocess.Popen[str]) -> Iterator[None]:
    """Time to look, before there are more rows."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def _require_rows(engine: Engine) -> None:
    with engine.connect() as connection:
        block = indexed_block(connection)
        if block is None or block.digest != recomputed(connection):
            raise RuntimeError("the rows are not those of the block that they are said to be of")
