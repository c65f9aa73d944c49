"""A noun of its own plugs into the kernel: undo, digest and totals know it by its declaration."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: a table that is declared stays in the metadata.
PROGRAM = """
from sqlalchemy import Column, BigInteger, SmallInteger, select
from agentescrow.store import digest, undo
from agentescrow.store.changes import Changes
from agentescrow.store.database import open_database
from agentescrow.store.position import Block, Position, begin_position, keep_blocks
from agentescrow.store.schema import chain_table, counts_table, id_column, metadata
from agentescrow.store.totals import Counted

jobs = chain_table(
    "jobs",
    id_column("job_id"),
    Column("state", SmallInteger),
    Column("budget", BigInteger),
)
job_counts = counts_table(
    "job_counts",
    Column("state", SmallInteger, primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    id_column("prefix"),
    Column("jobs", BigInteger),
)
Counted(jobs, by=("state",), amount="budget", counts=job_counts)

engine = open_database("sqlite:///FILE")
metadata.create_all(engine)
with engine.begin() as connection:
    changes = Changes(connection, 0)
    changes.put(jobs, {"job_id": 1, "state": 1, "budget": 5_000})
    changes.end_block(1)
    first = digest.to_text(changes.digest)
    changes.change(jobs, 1)["state"] = 2
    changes.put(jobs, {"job_id": 2, "state": 1, "budget": 7})
    changes.end_block(2)
    changes.write()
    keep_blocks(connection, [Block(n, str(n), "", n, "") for n in (1, 2)])

    def counted():
        top = job_counts.c.level == 3
        return sorted(tuple(row) for row in connection.execute(select(job_counts).where(top)))

    assert digest.recomputed(connection) == digest.to_text(changes.digest) != first
    assert counted() == [(1, 3, 0, 1), (2, 3, 0, 1)]
    undo.take_back(connection, 1)
    assert digest.recomputed(connection) == first
    assert counted() == [(1, 3, 0, 1)]
    assert connection.execute(select(jobs)).all() == [(1, 1, 5_000)]
print("plugged in")
"""


def test_kernel__noun_that_it_does_not_know__is_undone_digested_and_counted(tmp_path):
    """API-5: a second market adds a folder and changes no file of the kernel."""
    program = PROGRAM.replace("FILE", str(tmp_path / "index.db"))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("plugged in\n", "")
