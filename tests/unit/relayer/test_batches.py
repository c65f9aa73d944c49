"""Work of many threads done together.

given threads that have a piece of work each
  when a batch is worked on: the next one gathers, and each thread gets its own answer
  when the work on a batch fails: its threads are told, and the next batch is worked on
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from agentescrow.relayer.batching import Batches


class Work:
    """Doubles; the first batch is held until it is let go."""

    def __init__(self):
        self.batches = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, pieces):
        self.batches.append(pieces)
        if len(self.batches) == 1:
            self.begun.set()
            assert self.go_on.wait(60)
        if None in pieces:
            raise ValueError("nothing to double")
        return [2 * piece for piece in pieces]


@pytest.fixture
def work():
    return Work()


def gathered(batches, work, first, rest):
    """The first piece is worked on while the rest gathers."""
    with ThreadPoolExecutor(1 + len(rest)) as threads:
        answers = [threads.submit(batches.do, first)]
        assert work.begun.wait(60)
        answers += [threads.submit(batches.do, piece) for piece in rest]
        while len(batches._waiting) < len(rest):
            threading.Event().wait(0.001)
        work.go_on.set()
    return answers


def test_do__while_another_is_worked_on__gathers(work):
    """API-4: nobody waits for company, and who comes meanwhile goes together."""
    batches = Batches(work, most=10, at_a_time=1)
    answers = gathered(batches, work, 0, list(range(1, 16)))

    assert [answer.result() for answer in answers] == [2 * piece for piece in range(16)]
    assert [len(batch) for batch in work.batches] == [1, 10, 5]


@pytest.mark.parametrize("failing", [0, 1])
def test_do__failing__is_told_to_its_batch_alone(work, failing):
    """API-4: a node that does not answer once harms no other batch."""
    pieces = [None, 1] if failing == 0 else [1, None]
    answers = gathered(Batches(work, most=10, at_a_time=1), work, pieces[0], pieces[1:])

    assert isinstance(answers[failing].exception(), ValueError)
    assert answers[1 - failing].result() == 2
