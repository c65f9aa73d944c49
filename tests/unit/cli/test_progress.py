"""What the indexer's command tells of its progress."""

from __future__ import annotations

import json

import pytest

from agentescrow.cli.progress import Tally, progress_output
from agentescrow.indexer.follow import Progress


class Clock:
    """Goes on when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def step(block, events, head=1_000):
    return Progress(block=block, head=head, first_block=0, events=events)


def test_tally__steps__are_added_up(clock):
    """API-5: blocks left, events so far, events a second."""
    tally = Tally(clock)
    clock.now += 2
    tally.add(step(100, 500))
    clock.now += 2

    figures = tally.add(step(300, 1_500))

    assert (figures.block, figures.blocks_left, figures.events) == (300, 700, 2_000)
    assert figures.rate == 500


def test_tally__quiet_after_a_backfill__forgets_its_rate(clock):
    """API-5: the rate is that of the last seconds, not that of all days."""
    tally = Tally(clock)
    tally.add(step(100, 100_000))
    for _ in range(3):
        clock.now += 10
        figures = tally.add(step(1_000, 0))

    assert figures.rate == 0
    assert figures.events == 100_000


def test_told__json__is_a_line_for_each_block_that_is_new(capsys):
    """API-5: nothing is repeated while the chain stands still."""
    with progress_output(as_json=True) as tell:
        for block, events in ((500, 7), (1_000, 3), (1_000, 0), (1_000, 0)):
            tell(step(block, events))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["block"], line["blocksLeft"], line["events"]) for line in lines] == [
        (500, 500, 7),
        (1_000, 0, 10),
    ]
    assert lines[0].keys() == {"block", "head", "blocksLeft", "events", "eventsPerSecond"}


def test_told__terminal__is_a_bar(capsys):
    """API-5: with blocks left and events a second."""
    with progress_output(as_json=False) as tell:
        tell(step(1_000, 12_345))

    shown = capsys.readouterr()
    assert "0 blocks left, 12,345 events" in " ".join(shown.err.split())
    assert "events/s" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(("block", "ended"), [(950, False), (1_000, True)])
def test_told__deployment_late_in_the_chain__is_done_at_the_head_and_not_before(
    capsys, block, ended
):
    """API-5: the bar begins where the contracts do, not with the chain."""
    with progress_output(as_json=False) as tell:
        tell(Progress(block=block, head=1_000, first_block=900, events=1))

    assert ("0:00:00" in capsys.readouterr().err) is ended
