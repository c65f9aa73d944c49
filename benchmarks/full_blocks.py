"""A chain of full blocks: in each 200 events of the contracts, of four batches of runs.

In each block a batch of runs is posted, the one before is claimed, the one before that gets its
work and the one before that is approved; the agent adds to its stake. That is 28 x 7 + 4 events.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from artifacts import ours
from deployment.local_chain import LocalChain, local_chain
from deployment.record import Records
from localnet import usdc
from localnet.codec import Abi
from localnet.evm import AnvilFast

EVENTS = 200
"""Events in each full block, from the fourth block on."""
_RUNS = 28  # posted, claimed, worked on and approved in each block: 2 + 2 + 1 + 2 events each
_DEPOSITS = EVENTS - 7 * _RUNS
_REWARD = 1_000_000
_STAKE = 10**10
_WEALTH = 10**14
_FOREVER = 2**256 - 1
_DAY = 86_400
_GAS = hex(20_000_000)
_URI = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

Call = tuple[Any, ...]
"""A function and its arguments."""


class FullBlocks:
    """Makes blocks, each with as many events as it holds.

    Attributes:
        deployment: The contracts.
        contracts: The same, bound.
        url: The node.
        record: The file that tells of the contracts.
    """

    def __init__(self, chain: LocalChain, fast: AnvilFast, record: Path) -> None:
        """Equip a poster and an agent.

        Args:
            chain: In use by this process alone.
            fast: The same.
            record: Record of its contracts.
        """
        self.url = chain.url
        self.record = record
        self.deployment = load(record)
        self.contracts = Contracts(chain.w3, self.deployment)
        self._rpc = fast.rpc
        self._poster = chain.accounts["poster"].address
        self._agent = chain.accounts["agent"].address
        for account in (self._poster, self._agent):
            usdc.mint(chain.w3, account, _WEALTH)
        self._rpc("evm_setAutomine", False)
        self._abis = {
            "escrow": Abi(ours("RunEscrow").abi),
            "registry": Abi(ours("StakeRegistry").abi),
            "identity": Abi(ours("IdentityRegistry").abi),
            "usdc": Abi(usdc.abi()),
        }
        self._made = 0
        self._deadline = int(chain.w3.eth.get_block("latest")["timestamp"]) + 60 * _DAY
        self._begin()

    def make(self, blocks: int) -> None:
        """Mine that many full blocks.

        Args:
            blocks: How many.
        """
        for _ in range(blocks):
            self._made += 1
            posted, batch = ("postRun", self._terms(), _URI), self._batch
            self._run(self._poster, "escrow", *[posted] * _RUNS)
            self._run(self._agent, "escrow", *[("claimRun", run, 0) for run in batch(1)])
            self._run(self._agent, "escrow", *[("submitWork", run, _URI) for run in batch(2)])
            self._run(self._poster, "escrow", *[("approve", run) for run in batch(3)])
            self._run(self._agent, "registry", *[("stake", 0, 1)] * _DEPOSITS)
            self._rpc("evm_mine")

    def _begin(self) -> None:
        self._run(self._agent, "identity", ("register()",))
        for account in (self._poster, self._agent):
            for to in (self.contracts.runs, self.contracts.registry):
                self._run(account, "usdc", ("approve", to.address, _FOREVER))
        self._rpc("evm_mine")
        self._run(self._agent, "registry", ("stake", 0, _STAKE))
        self._rpc("evm_mine")

    def _batch(self, age: int) -> range:
        """The runs that were posted so many blocks ago; none before the first."""
        first = (self._made - 1 - age) * _RUNS + 1
        return range(max(first, 1), max(first, 1) + (_RUNS if first > 0 else 0))

    def _terms(self) -> tuple[int, ...]:
        return (_REWARD, self._deadline, 7, 3, 1)

    def _run(self, sender: str, contract: str, *calls: Call) -> None:
        """One transaction of one call, or of many by `multicall`."""
        if not calls:
            return
        abi, to = self._abis[contract], getattr(self.contracts, contract).address
        encoded = [abi.call(function, arguments) for function, *arguments in calls]
        data = encoded[0] if len(encoded) == 1 else abi.call("multicall", [encoded])
        transaction = {"from": sender, "to": to, "data": "0x" + data.hex(), "gas": _GAS}
        self._rpc("eth_sendTransaction", transaction)


@contextmanager
def full_blocks() -> Iterator[FullBlocks]:
    """Start a chain that has nothing but the contracts.

    Raises:
        LocalnetError: Anvil is missing, or does not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        records = Records(Path(folder), Path(folder) / "unfinished")
        with local_chain(records) as chain, AnvilFast(chain.url) as fast:
            (record,) = Path(folder).glob("*.json")
            yield FullBlocks(chain, fast, record)
