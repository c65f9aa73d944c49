"""How often the relayer's loop asks its node: seldom while nothing waits, at once when it does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agentescrow.relayer.loop import run


class Ended:
    """Counts how often somebody rests, and is over after so many times."""

    def __init__(self, times):
        self.times, self.rests = times, 0

    def is_set(self):
        return self.rests >= self.times

    def wait(self, seconds):
        self.rests += seconds > 0
        return self.is_set()


@pytest.fixture
def steps():
    """At which rest each step was."""
    return []


@pytest.fixture
def loop(steps):
    """Run for so many rests; `busy` tells by the number of rests whether something waits."""

    def until(rests, busy, *, has_turn=lambda: True):
        ended = Ended(rests)
        sender = SimpleNamespace(
            step=lambda: steps.append(ended.rests) or 0, has_work=lambda: busy(ended.rests)
        )
        turn = SimpleNamespace(take=has_turn, give_back=lambda: None)
        run(sender, turn, ended)

    return until


def test_run__nothing_waits__asks_the_node_once_a_second(loop, steps):
    """API-4: 20 rests of a twentieth of a second."""
    loop(60, lambda _rests: False)
    assert steps == [0, 20, 40]


def test_run__something_comes__is_sent_after_the_shortest_rest(loop, steps):
    """API-4: whoever signs the first request after a pause waits no longer for it."""
    loop(9, lambda rests: rests >= 7)
    assert steps == [0, 7, 8]


def test_run__another_has_the_turn__is_said_once_each_time(loop, steps, caplog):
    """API-4: several processes have the key, and one of them sends."""
    turns = [False, False, True, False, True]
    loop(5, lambda _rests: True, has_turn=lambda: turns.pop(0))
    assert caplog.text.count("another relayer sends the requests of this database") == 2
    assert steps == [2, 4]
