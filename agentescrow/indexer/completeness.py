"""What proves that no event is missing: numbers without gaps, beginnings, and what contracts count.

A node whose receipts are pruned, or which is half synced, leaves logs out and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agentescrow.chain import events as said
from agentescrow.chain.reader import RUNS, VAULTS
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import EventsMissing, IndexWrong, RunsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.store.changes import Changes
from agentescrow.store.tables import vaults


def require_in_order(entries: Iterable[Entry], *, last_run: int, last_agent: int) -> int:
    """Make sure that runs and agents begin one after the other, none left out (RUN-1, API-6).

    An agent begins with the transfer from nobody, which comes before all that its owner's code does
    while it receives the NFT, further registrations too; each is followed by its registration.

    Args:
        entries: The events of some blocks.
        last_run: The highest run before them, 0 where there is none.
        last_agent: The highest agent before them, -1 where there is none.

    Returns:
        The highest run after them.

    Raises:
        EventsMissing: One is left out.
    """
    unregistered: dict[int, int] = {}
    for log, _ in entries:
        event, block = log.event, log.block_number
        if isinstance(event, said.RunCreated):
            _require_next("run", event.run_id, last_run, block)
            last_run = event.run_id
        elif isinstance(event, said.AgentTransfer) and event.from_ == ZERO_ADDRESS:
            _require_next("agent", event.token_id, last_agent, block)
            last_agent = event.token_id
            unregistered[event.token_id] = block
        elif isinstance(event, said.Registered):
            unregistered.pop(event.agent_id, None)
    for agent_id, block in unregistered.items():
        raise EventsMissing(f"the NFT of agent {agent_id}, but not its registration", block)
    return last_run


def require_sums(changes: Changes, block: int, owed: Mapping[str, int], *, runs: int) -> None:
    """Compare what the events add up to with what the contracts say: sums, and how many runs.

    It is the second look at the chain: a node that keeps logs back is found out here.

    Args:
        changes: Of the transaction.
        block: Block of both.
        owed: `totalOwed()` by name of contract and `runCount()`, as far as they are known.
        runs: How many the events have begun.

    Raises:
        IndexWrong: They differ.
        EventsMissing: A contract is there, and the events of its deployment are not.
    """
    for contract in VAULTS:
        row = changes.get(vaults, contract)
        indexed = row["held"] + row["credits"] + row["fees"] if row else 0
        if contract in owed and owed[contract] != indexed:
            raise IndexWrong(contract, block, indexed, owed[contract])
    if owed.get(RUNS, runs) != runs:
        raise RunsMissing(block, runs, owed[RUNS])
    for contract in VAULTS:
        row = changes.get(vaults, contract)
        if contract in owed and (row is None or row["created_in"] is None):
            words = f"{contract}, but no block up to it has the events of its deployment"
            raise EventsMissing(words, block)


def _require_next(what: str, number: int, last: int, block: int) -> None:
    if number != last + 1:
        words = (
            f"the beginning of {what} {number}, but no block before has that of {what} {last + 1}"
        )
        raise EventsMissing(words, block)
