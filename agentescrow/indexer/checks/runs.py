"""Checks of runs: numbers without gaps, `runCount()`, and live runs as `getRun` tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import RunCreated
from agentescrow.chain.reader import RUNS, Call
from agentescrow.chain.run_escrow import run_from
from agentescrow.domain.runs.run import Run, RunState
from agentescrow.errors import RunsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.comparison import Expected, Step, compares_rows, pages, read_struct
from agentescrow.indexer.completeness import Check, checks_completeness, require_next
from agentescrow.store.changes import Changes
from agentescrow.store.database import Connection
from agentescrow.store.runs.eligibility import run_of
from agentescrow.store.runs.queries import last_run, live_runs
from agentescrow.store.schema import AnyRow

_TERMS: Final = ("address", "uint8", *("uint256",) * 6, "uint8", "uint256", "address")
_RUN_TYPES: Final = (*_TERMS, *("uint256",) * 3, "bool")


@checks_completeness
class RunsComplete(Check):
    """Runs begin one after the other (RUN-1), and are as many as the contract counts."""

    kinds = (RunCreated,)

    def __init__(self, connection: Connection) -> None:
        self._last = last_run(connection)

    def see(self, entry: Entry) -> None:
        """Make sure that a run follows the one before it."""
        event = entry.log.event
        if isinstance(event, RunCreated):
            self._last = require_next("run", event.run_id, self._last, entry.log.block_number)

    def compare(self, _changes: Changes, block: int, totals: Mapping[str, int]) -> None:
        """Compare the number of runs."""
        if totals.get(RUNS, self._last) != self._last:
            raise RunsMissing(block, self._last, totals[RUNS])


@compares_rows
def compare_live_runs(contracts: Contracts) -> Iterator[Step]:
    """Compare the runs that may still change; no view tells runs that have ended."""

    def expected(row: AnyRow) -> list[Expected]:
        run = run_of(row)
        if run.state != RunState.REVISION_REQUESTED:
            run = replace(run, revision_due_at=0)  # the contract forgets it after the revision
        call = Call(contracts.runs.address, contracts.runs.calldata("getRun", row.run_id))
        return [Expected(f"run {row.run_id}", call, _read_run, run)]

    return pages(live_runs, "run_id", expected, before=0)


def _read_run(answer: bytes | None) -> Run | None:
    return None if answer is None else run_from(read_struct(_RUN_TYPES, answer))
