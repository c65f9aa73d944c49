"""The highest block that database and node have in common, by hashes alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentescrow.chain.reader import Header
from agentescrow.errors import NodeUnreachable, ReorganisedTooDeep
from agentescrow.indexer.reorg import DEPTH, follow_reorganisation
from agentescrow.store.database import migrate, open_database
from agentescrow.store.position import Block, forget_blocks, keep_blocks, kept_blocks


class Chain:
    """A node with the blocks 0 to `head`; from `forked` on they are others."""

    def __init__(self, connection, head, forked):
        self.connection = connection
        self.head = head
        self.forked = forked

    def headers(self, numbers):
        numbers = list(numbers)
        # It may take half a minute to answer, and on SQLite nobody else could write meanwhile.
        assert not self.connection.in_transaction()
        assert len(numbers) <= 10  # public nodes take no more
        return {n: self._header(n) for n in numbers if n <= self.head}

    def _header(self, number):
        branch = "b" if number >= self.forked else "a"
        return Header(number, f"{branch}{number}", "", number, 0)


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('reorg') / 'index.db'}")
    migrate(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def follow(connection, *chain):
    """On a database that has indexed up to block 300 and can go back to block 100."""
    numbers = range(300 - DEPTH, 301)
    with connection.begin():
        forget_blocks(connection, below=10**9)
        keep_blocks(connection, [Block(n, f"a{n}", "", n, "") for n in numbers])
    return follow_reorganisation(connection, Chain(connection, *chain))


@settings(deadline=None)
@given(forked=st.integers(101, 300), more=st.integers(0, 250))
def test_follow__fork_not_too_deep__goes_back_to_the_block_before_it(connection, forked, more):
    """API-5: up to 200 blocks, also where the new branch is shorter than the old one."""
    common = follow(connection, forked + more, forked)

    assert common.number == forked - 1
    with connection.begin():
        assert kept_blocks(connection)[0] == common


@settings(deadline=None)
@given(head=st.integers(300, 500))
def test_follow__same_chain__changes_nothing(connection, head):
    """API-5: the usual case is one question."""
    assert follow(connection, head, 10**9).number == 300


@settings(deadline=None)
@given(forked=st.integers(0, 100), more=st.integers(0, 500))
def test_follow__fork_too_deep__is_said(connection, forked, more):
    """API-5: rows that cannot be taken back are not served on."""
    with pytest.raises(ReorganisedTooDeep) as refused:
        follow(connection, 100 + more, forked)
    assert refused.value.args == (300, 100)


@settings(deadline=None)
@given(head=st.integers(0, 299))
def test_follow__node_behind__waits_for_it(connection, head):
    """API-5: a lower head alone is no reorganisation."""
    with pytest.raises(NodeUnreachable, match="behind"):
        follow(connection, head, 10**9)
