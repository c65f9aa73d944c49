"""What a node says of old blocks, of which not every header is read."""

from __future__ import annotations

import pytest

from agentescrow.chain.events import RunFunded
from agentescrow.chain.reader import Answer, Header, Log
from agentescrow.indexer.fetch import Fetcher, NodeContradicts, Stretch

OLD = Stretch(first=10, end=100, after="h9", keep_from=1_000)


class Node:
    """Block n has the hash "hn" and the time n; there are the logs that it is told."""

    def __init__(self, *logs):
        self.answer = list(logs)

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
