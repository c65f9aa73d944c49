"""Checks of the contracts that hold money: `totalOwed()`, deployment, owner, treasury and pause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.reader import Call
from agentescrow.chain.vault import Vault
from agentescrow.domain.contracts import VAULTS
from agentescrow.errors import EventsMissing, IndexWrong
from agentescrow.indexer.comparison import (
    Expected,
    Step,
    compares_rows,
    read_address,
    read_flag,
)
from agentescrow.indexer.completeness import Check, checks_completeness
from agentescrow.store.changes import Changes
from agentescrow.store.database import Connection
from agentescrow.store.vaults.queries import find_vault
from agentescrow.store.vaults.tables import vaults

_NAMES: Final = [contract.name for contract in VAULTS]


@checks_completeness
class VaultsComplete(Check):
    """Money adds up to `totalOwed()`, and a contract that answers was deployed in the index."""

    def compare(self, changes: Changes, block: int, totals: Mapping[str, int]) -> None:
        """Compare sums, then look for the deployments."""
        known = {name: changes.get(vaults, name) for name in _NAMES if name in totals}
        for name, row in known.items():
            indexed = row["held"] + row["credits"] + row["fees"] if row else 0
            if totals[name] != indexed:
                raise IndexWrong(name, block, indexed, totals[name])
        for name, row in known.items():
            if row is None or row["created_in"] is None:
                words = f"{name}, but no block up to it has the events of its deployment"
                raise EventsMissing(words, block)


@compares_rows
def compare_vaults(contracts: Contracts) -> Iterator[Step]:
    """Compare the owner of each contract, and the treasury and pause of each market."""

    def step(connection: Connection) -> list[Expected]:
        found = []
        for contract in VAULTS:
            row = find_vault(connection, contract.name)
            if row is None:
                continue
            vault: Vault = getattr(contracts, contract.key)
            wanted: dict[str, tuple[Callable[[bytes | None], object], object]] = {
                "owner": (read_address, row.owner)
            }
            if contract.locks_stake:
                wanted |= {
                    "treasury": (read_address, row.treasury),
                    "paused": (read_flag, bool(row.paused)),
                }
            for function, (read, indexed) in wanted.items():
                call = Call(vault.address, vault.calldata(function))
                found.append(Expected(f"{function} of {contract.name}", call, read, indexed))
        return found

    yield step
