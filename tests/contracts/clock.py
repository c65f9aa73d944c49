"""The time of the chain under test, to the second."""

from __future__ import annotations

DAY = 86_400


class Clock:
    """Reads and sets the time. All times are unix seconds."""

    def __init__(self, rpc) -> None:
        """Use a connection to Anvil."""
        self._rpc = rpc

    def now(self) -> int:
        """Tell the time of the latest block, which is also what views see."""
        return int(self._rpc.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def at(self, timestamp: int) -> None:
        """Give the next block, and so the next transaction, exactly this time."""
        self._rpc.ask("evm_setNextBlockTimestamp", timestamp)

    def mine(self, *, at: int) -> None:
        """Make an empty block at this time, so that views see it."""
        self.at(at)
        self._rpc.ask("evm_mine")
