"""What a node says of old blocks, of which not every header is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentescrow.chain.events import RunFunded
from agentescrow.chain.reader import Answer, Header, Log
from agentescrow.indexer.fetch import Fetcher, NodeContradicts, Stretch

OLD = Stretch(first=10, end=100, after="h9", keep_from=1_000)


class Node:
    """Block n has the hash "hn" and the time n; there are the logs that it is told."""

    def __init__(self, *logs):
        self.answer = list(logs)

    def may_lack(self, _header, _logs):
        return False

    def headers(self, numbers):
        return {n: Header(n, f"h{n}", f"h{n - 1}", n, 0) for n in numbers}

    def logs(self, _first, last):
        return Answer(self.answer, last.hash, {})


def log(block, index=0, *, time=None):
    return Log(block, f"h{block}", index, time, "tx", "RunEscrow", RunFunded(1, 10))


def test_fetch__logs_of_the_range__have_the_times_of_their_blocks():
    """API-5: as the node says it with the log, else as the block has it."""
    batch = Fetcher(Node(log(10), log(20, time=20), log(20, 1))).fetch(OLD)

    assert [entry.time for entry in batch.entries] == [10, 20, 20]


@pytest.mark.parametrize(
    "logs",
    [
        pytest.param([log(9), log(10)], id="of a block before"),
        pytest.param([log(10), log(500)], id="of a block after"),
        pytest.param([log(20), log(20)], id="twice"),
        pytest.param([log(10, time=11)], id="of another time"),
        pytest.param([log(10)._replace(block_hash="other")], id="of another block"),
    ],
)
def test_fetch__logs_that_do_not_belong__are_not_taken(logs):
    """API-5: rows of them would be in no fresh sync."""
    with pytest.raises(NodeContradicts):
        Fetcher(Node(*logs)).fetch(OLD)


def test_fetch__time_of_a_block_that_the_node_lacks__is_a_contradiction():
    """API-5: it has the logs of it, so it had the block; it is asked again."""
    node = Node(log(20))
    has = node.headers
    node.headers = lambda numbers: has([n for n in numbers if n != 20])

    with pytest.raises(NodeContradicts, match="lacks blocks of which it has the logs"):
        Fetcher(node).fetch(OLD)
    node.answer = [log(20, time=20)]
    assert [entry.time for entry in Fetcher(node).fetch(OLD).entries] == [20]


@pytest.mark.parametrize("lacking", [10, 20])
def test_fetch__ends_of_the_range_missing__is_a_contradiction(lacking):
    """API-5: the node said that it had them."""
    node = Node()
    has = node.headers
    node.headers = lambda numbers: has([n for n in numbers if n != lacking])

    with pytest.raises(NodeContradicts, match="lacks blocks of 10 to 20"):
        Fetcher(node).fetch(replace(OLD, end=20))


def test_fetch__first_block_of_another_branch__is_a_contradiction():
    """API-5: it has to follow the last indexed one; the first of all follows nothing."""
    with pytest.raises(NodeContradicts, match="block 10 does not follow the last indexed"):
        Fetcher(Node()).fetch(replace(OLD, after="other"))
    assert Fetcher(Node()).fetch(replace(OLD, after=None)).first == 10


def test_fetch__recent_block_of_another_branch__is_a_contradiction():
    """API-5: of recent blocks each has to follow the one before it."""
    node = Node()
    has = node.headers
    recent = replace(OLD, keep_from=10)
    assert Fetcher(node).fetch(recent).last.number > 10
    changed = {12: replace(has([12])[12], parent_hash="other")}
    node.headers = lambda numbers: has(numbers) | changed

    with pytest.raises(NodeContradicts, match="block 12 does not follow the one before it"):
        Fetcher(node).fetch(recent)


def test_fetch__replaced_meanwhile__is_a_contradiction():
    """API-5: the logs are of another block than the header that was asked for before."""
    node = Node()
    node.logs = lambda _first, last: Answer([], "other", {})

    with pytest.raises(NodeContradicts, match="was replaced while"):
        Fetcher(node).fetch(OLD)


@pytest.mark.parametrize("keep_from", [10, 1_000], ids=["recent", "old"])
def test_fetch__block_whose_filter_allows_more__is_asked_again(keep_from):
    """API-5: wherever a header is at hand; a half-synced node has the filter and not the logs."""
    node, stretch = Node(log(10)), replace(OLD, end=12, keep_from=keep_from)
    asked = []
    node.may_lack = lambda header, logs: header.number == 12 and not logs
    node.logs_of = lambda some: asked.extend(header.number for header in some) or []
    Fetcher(node).fetch(stretch)
    assert asked == [12]

    node.logs_of = lambda _some: [log(12)]
    with pytest.raises(NodeContradicts, match="left out logs"):
        Fetcher(node).fetch(stretch)


def test_fetch__many_bytes__are_fewer_blocks_the_next_time():
    """API-5: what is held at once is bounded by bytes, and not by blocks and events alone."""
    node = Node(log(10))
    node.logs = lambda _first, last: Answer([], last.hash, {}, size=50 << 20)
    fetcher = Fetcher(node)
    first = fetcher.fetch(OLD)
    assert first.blocks == 32

    assert fetcher.width.blocks == 32 * 12 // 50
