"""The next range is fetched while the last one is written."""

from __future__ import annotations

import pytest

from agentescrow.chain.reader import Header
from agentescrow.errors import NodeUnreachable
from agentescrow.indexer.batch import Batch
from agentescrow.indexer.fetch import Stretch
from agentescrow.indexer.prefetch import Ahead


class TenAtATime:
    """A chain whose block n has the hash "hn", read ten blocks at a time."""

    def __init__(self):
        self.asked = []
        self.fails_at = None

    def fetch(self, stretch):
        self.asked.append(stretch.first)
        if stretch.first == self.fails_at:
            self.fails_at = None
            raise NodeUnreachable("the node does not answer")
        last = min(stretch.first + 9, stretch.end)
        header = Header(last, f"h{last}", f"h{last - 1}", last, 0)
        return Batch(stretch.first, header, stretch.keep_from, {last: header}, [], {})


@pytest.fixture
def fetcher():
    return TenAtATime()


@pytest.fixture
def ahead(fetcher):
    return Ahead(fetcher)


def stretch(first, end=100, after=None):
    return Stretch(first, end, after or f"h{first - 1}", keep_from=1_000)


def test_fetch__one_after_the_other__asks_for_each_once(fetcher, ahead):
    """API-5: what was fetched ahead is used."""
    for first in (1, 11, 21):
        assert ahead.fetch(stretch(first, end=30)).last.number == first + 9

    assert fetcher.asked == [1, 11, 21]


def test_fetch__chain_was_reorganised_meanwhile__asks_anew(fetcher, ahead):
    """API-5: rows of blocks that are gone are never written."""
    ahead.fetch(stretch(1))

    batch = ahead.fetch(stretch(11, after="another"))

    assert batch.first == 11
    assert fetcher.asked[:3] == [1, 11, 11]


def test_fetch__node_failed_ahead__is_told_when_it_matters_and_asked_again(fetcher, ahead):
    """API-5: a failure is not lost, and not kept."""
    fetcher.fails_at = 11
    ahead.fetch(stretch(1))

    with pytest.raises(NodeUnreachable):
        ahead.fetch(stretch(11))

    assert ahead.fetch(stretch(11)).first == 11


def test_fetch__node_failed_ahead_of_what_nobody_wants__is_forgotten(fetcher, ahead):
    """API-5: only the chain that is followed counts."""
    fetcher.fails_at = 11
    ahead.fetch(stretch(1))

    assert ahead.fetch(stretch(5, after="another")).first == 5
