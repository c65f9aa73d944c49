"""A second market plugs into the indexer: its events are projected, its numbers checked."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: what registers itself stays registered.
PROGRAM = """
from dataclasses import dataclass
from sqlalchemy import BigInteger, Column, select
from agentescrow.chain.events import Event
from agentescrow.chain.reader import Header, Log
from agentescrow.errors import EventsMissing, IndexWrong
from agentescrow.indexer.apply import apply
from agentescrow.indexer.batch import Batch, Entry
from agentescrow.indexer.comparison import SOURCES, compares_rows
from agentescrow.indexer.completeness import Check, checks_completeness, require_next
from agentescrow.indexer.registry import projects
from agentescrow.store.database import open_database
from agentescrow.store.position import Position, begin_position
from agentescrow.store.schema import chain_table, id_column, metadata

@dataclass(frozen=True, slots=True)
class JobCreated(Event):
    job_id: int
    budget: int

@dataclass(frozen=True, slots=True)
class JobPaid(Event):
    job_id: int
    amount: int

jobs = chain_table("jobs", id_column("job_id"), Column("budget", BigInteger))

@projects(JobCreated)
def created(changes, event, at):
    changes.put_new(jobs, {"job_id": event.job_id, "budget": event.budget})

@projects(JobPaid)
def paid(changes, event, at):
    changes.change(jobs, event.job_id)["budget"] -= event.amount

@checks_completeness
class JobsComplete(Check):
    kinds = (JobCreated,)

    def __init__(self, connection):
        self.last = len(connection.execute(select(jobs)).all())

    def see(self, entry):
        self.last = require_next("job", entry.log.event.job_id, self.last, entry.log.block_number)

    def compare(self, changes, block, totals):
        if totals.get("jobs", self.last) != self.last:
            raise IndexWrong("jobs", block, self.last, totals["jobs"])

@compares_rows
def compare_jobs(contracts):
    yield lambda connection: []

engine = open_database("sqlite:///FILE")
metadata.create_all(engine)
with engine.begin() as connection:
    begin_position(connection, Position(1, {}, 1, 0, 0, 0, None))

def index(number, *events, **totals):
    block = Header(number, str(number), str(number - 1), number, 0)
    entries = [
        Entry(Log(number, block.hash, place, None, "0xa", "JobEscrow", event), number)
        for place, event in enumerate(events)
    ]
    with engine.begin() as connection:
        apply(connection, Batch(number, block, number, {number: block}, entries, totals))
        return connection.execute(select(jobs)).all()

assert index(1, JobCreated(1, 50), JobPaid(1, 20), jobs=1) == [(1, 30)]
assert index(2, JobPaid(1, 10)) == [(1, 20)]
for problem, events, totals in (
    (EventsMissing, [JobCreated(3, 5)], {}),
    (IndexWrong, [JobCreated(2, 5)], {"jobs": 3}),
):
    try:
        index(3, *events, **totals)
    except problem:
        pass
    else:
        raise AssertionError(problem)
assert compare_jobs in SOURCES
print("plugged in")
"""


def test_kernel__market_that_it_does_not_know__is_projected_and_checked(tmp_path):
    """API-5: a second market adds its modules and changes no file of the kernel."""
    program = PROGRAM.replace("FILE", str(tmp_path / "index.db"))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("plugged in\n", "")
