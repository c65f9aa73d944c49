"""Work that comes piece by piece from many threads, done together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")


class Batches(Generic[Piece, Answer]):
    """What arrives while a batch is worked on is the next batch; nothing waits for company."""

    def __init__(
        self, work: Callable[[Sequence[Piece]], Sequence[Answer]], *, most: int, at_a_time: int
    ) -> None:
        """Do nothing yet.

        Args:
            work: Answers a batch, piece by piece in order.
            most: Pieces in a batch.
            at_a_time: Batches that are worked on at the same time.
        """
        self._work = work
        self._most = most
        self._turns = threading.Semaphore(at_a_time)
        self._lock = threading.Lock()
        self._waiting: list[tuple[Piece, Future[Answer]]] = []

    def do(self, piece: Piece) -> Answer:
        """Have a piece done, in a batch with what waits beside it.

        Args:
            piece: The piece.

        Raises:
            Exception: What the work on its batch raised.
        """
        answer: Future[Answer] = Future()
        with self._lock:
            self._waiting.append((piece, answer))
        while not answer.done():
            with self._turns:
                if not self._do_next():  # another thread works on ours
                    break
        return answer.result()

    def _do_next(self) -> bool:
        """Work on a batch; False where nothing waits."""
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        if batch:
            self._answer(batch)
        return bool(batch)

    def _answer(self, batch: Sequence[tuple[Piece, Future[Answer]]]) -> None:
        try:
            answers = self._work([piece for piece, _ in batch])
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)
