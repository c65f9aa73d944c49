"""Chain, indexer, relayer and API in threads of this process; clients come by HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from demo.service import PATIENCE, service_on
from deployment.local_chain import LocalChain, local_chain
from deployment.record import Records
from localnet import usdc

POSTER_HAS = 100_000 * 10**6


@dataclass(frozen=True)
class Serving:
    """What runs.

    Attributes:
        chain: Anvil with everything deployed.
        contracts: On it.
        record: File of the deployment's record.
        api_url: Where the API listens.
    """

    chain: LocalChain
    contracts: Contracts
    record: Path
    api_url: str

    def options(self, role: str | None, gasless: bool, node: bool) -> dict[str, Any]:
        """How a client of a role is made."""
        options: dict[str, Any] = {"deployment": self.record}
        if node:
            options |= {"rpc_url": self.chain.url, "gasless": gasless}
        if role is not None:
            options["private_key"] = self.chain.accounts[role].key.to_0x_hex()
        return options

    def travel(self, seconds: int) -> None:
        """Let time pass."""
        provider = self.chain.w3.provider
        provider.make_request("evm_increaseTime", [seconds])
        provider.make_request("evm_mine", [])


@contextmanager
def serving(folder: Path, *, patience: float = PATIENCE) -> Iterator[Serving]:
    """Start everything; `patience` is the API's."""
    with local_chain(Records(folder, folder / "unfinished")) as chain:
        record = next(folder.glob("*.json"))
        usdc.mint(chain.w3, chain.accounts["poster"].address, POSTER_HAS)  # for all tests there are
        deployment = load(record)
        with service_on(chain, deployment, folder, patience=patience) as api_url:
            yield Serving(chain, Contracts(chain.w3, deployment), record, api_url)
