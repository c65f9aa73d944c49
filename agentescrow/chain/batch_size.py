"""How many questions a node takes in one request, learnt from what it refuses."""

from __future__ import annotations

import time
from typing import Final

MOST: Final = 100
_FORGOTTEN_AFTER: Final = 600.0  # seconds: what was refused may have been too much for that moment


class BatchSize:
    """Comes to the largest batch that a node takes by halving what is left between two sizes."""

    def __init__(self) -> None:
        """Nothing is refused yet."""
        self._taken, self._refused, self._until = 0, MOST + 1, 0.0

    def copy(self) -> BatchSize:
        """The same, to try what may turn out not to be about batches at all."""
        other = BatchSize()
        other._taken, other._refused, other._until = self._taken, self._refused, self._until
        return other

    @property
    def next(self) -> int:
        """How many to ask at once; 0 for one question that is no batch."""
        if self._refused <= MOST and time.monotonic() > self._until:
            self._refused = MOST + 1
        return MOST if self._refused > MOST else (self._taken + self._refused) // 2

    def learn(self, asked: int, answered: int) -> None:
        """Learn from an answer.

        Args:
            asked: How many questions it was to.
            answered: How many of them it answers.
        """
        if answered < asked:
            self.refused(asked)
        self._taken = max(self._taken, answered)
        if self._taken >= self._refused:
            self._refused = MOST + 1  # it was no limit

    def refused(self, questions: int) -> None:
        """Learn from a refusal.

        Args:
            questions: How many were too many.
        """
        self._refused = questions
        self._taken = min(self._taken, questions - 1)
        self._until = time.monotonic() + _FORGOTTEN_AFTER
