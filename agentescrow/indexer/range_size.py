"""How many blocks to ask a node for at once: as many as it bears, and as fit into memory."""

from __future__ import annotations

from typing import Final

NARROWEST: Final = 1
WIDEST: Final = 10_000
_FIRST: Final = 32
_NEVER: Final = 4 * WIDEST
_EVENTS: Final = 10_000  # about so many at once: enough to be quick, few enough to hold
_BYTES: Final = 12 << 20  # of logs; 10,000 usual events have fewer


class Width:
    """Grows while all goes well, shrinks on every refusal, whatever the node's words for it.

    It doubles up to half of what was refused last, and comes near to that in small steps, so that
    a node that has a limit answers most questions.

    Attributes:
        blocks: How many to ask for next.
    """

    def __init__(self) -> None:
        """Begin carefully."""
        self.blocks = _FIRST
        self._refused = _NEVER

    def went_well(self, blocks: int, events: int, size: int = 0) -> None:
        """Learn from an answer.

        Args:
            blocks: How many were asked for; fewer than `blocks` teach nothing about more.
            events: How many events they had.
            size: Bytes that these had.
        """
        if blocks >= self._refused:
            self._refused = _NEVER  # it was no limit
        fitting = min(blocks * _EVENTS // max(events, 1), blocks * _BYTES // max(size, 1))
        if blocks >= self.blocks or fitting < self.blocks:
            self.blocks = min(max(fitting, NARROWEST), self._wider(), WIDEST)

    def was_refused(self) -> None:
        """Learn from a refusal, or from an answer that did not come in time."""
        self._refused = self.blocks
        self.blocks = max(self.blocks // 2, NARROWEST)

    def _wider(self) -> int:
        twice = 2 * self.blocks
        return twice if 2 * twice <= self._refused else self.blocks + max(self.blocks // 8, 1)
