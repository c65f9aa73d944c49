"""Fetch the next range while the last one is written: the node works at the same time as we do."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from agentescrow.errors import NodeRefused, NodeUnreachable
from agentescrow.indexer.batch import Batch
from agentescrow.indexer.fetch import Fetcher, Stretch


class Ahead:
    """Fetches stretches, the following one before it is asked for."""

    def __init__(self, fetcher: Fetcher) -> None:
        """Fetch nothing yet.

        Args:
            fetcher: Used by one thread at a time.
        """
        self._fetcher = fetcher
        self._thread = ThreadPoolExecutor(1, "fetch")
        self._begun: tuple[Stretch, Future[Batch]] | None = None

    def fetch(self, stretch: Stretch) -> Batch:
        """Read the beginning of a stretch; begin to read what follows.

        Raises:
            NodeUnreachable, NodeRefused: As `Fetcher.fetch`.
        """
        batch = self._expected(stretch) or self._fetcher.fetch(stretch)
        if batch.last.number < stretch.end:
            follows = stretch.following(batch.last)
            self._begun = (follows, self._thread.submit(self._fetcher.fetch, follows))
        return batch

    def _expected(self, stretch: Stretch) -> Batch | None:
        """What was begun, if it begins where this does, on the same chain."""
        begun, self._begun = self._begun, None
        if begun is None:
            return None
        expected, future = begun
        if (expected.first, expected.after) == (stretch.first, stretch.after):
            return future.result()
        _ended(future)
        return None


def _ended(future: Future[Batch]) -> None:
    """Wait for what nobody wants any more, whatever becomes of it."""
    error = future.exception()
    if error is not None and not isinstance(error, (NodeUnreachable, NodeRefused)):
        raise error
