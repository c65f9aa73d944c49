"""The time of the chain under test, to the second."""

from __future__ import annotations

DAY = 86_400


class Clock:
    """Reads and sets the time. All times are unix seconds."""

    def __init__(self, w3) -> None:
        """Use a connection to Anvil."""
        self._request = w3.provider.make_request

    def now(self) -> int:
        """Tell the time of the latest block, which is also what views see."""
        return int(
            self._request("eth_getBlockByNumber", ["latest", False])["result"]["timestamp"], 16
        )

    def at(self, timestamp: int) -> None:
        """Give the next block, and so the next transaction, exactly this time."""
        answer = self._request("evm_setNextBlockTimestamp", [timestamp])
        assert "error" not in answer, answer

    def mine(self, *, at: int) -> None:
        """Make an empty block at this time, so that views see it."""
        self.at(at)
        self._request("evm_mine", [])
