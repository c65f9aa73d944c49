"""How many blocks to ask a node for at once: as many as it bears, and as fit into memory."""

from __future__ import annotations

from typing import Final

NARROWEST: Final = 1
WIDEST: Final = 10_000
_FIRST: Final = 32
_EVENTS: Final = 10_000  # about so many at once: enough to be quick, few enough to hold


class Width:
    """Grows while all goes well, shrinks on every refusal, whatever the node's words for it.

    Attributes:
        blocks: How many to ask for next.
    """

    def __init__(self) -> None:
        """Begin carefully."""
        self.blocks = _FIRST

    def went_well(self, blocks: int, events: int) -> None:
        """Learn from an answer.

        Args:
            blocks: How many were asked for; fewer than `blocks` teach nothing about more.
            events: How many events they had.
        """
        fitting = blocks * _EVENTS // max(events, 1)
        if blocks >= self.blocks or fitting < self.blocks:
            self.blocks = min(max(fitting, NARROWEST), 2 * self.blocks, WIDEST)

    def was_refused(self) -> None:
        """Learn from a refusal, or from an answer that did not come in time."""
        self.blocks = max(self.blocks // 2, NARROWEST)
