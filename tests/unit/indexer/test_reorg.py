"""The highest block that database and node have in common, by hashes alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentescrow.chain.reader import Header
from agentescrow.errors import NodeUnreachable, ReorganisedTooDeep
from agentescrow.indexer.reorg import DEPTH, follow_reorganisation
from agentescrow.store.database import migrate, open_database
from agentescrow.store.position import Block, keep_blocks, kept_blocks


class Chain:
    """A node with the blocks 0 to `head`; from `forked` on they are others."""

    def __init__(self, head, forked):
        self.head = head
        self.forked = forked

    def headers(self, numbers):
        return {n: self._header(n) for n in numbers if n <= self.head}

    def _header(self, number):
        branch = "b" if number >= self.forked else "a"
        return Header(number, f"{branch}{number}", "", number, 0)


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    """A database that has indexed up to block 300 and can go back to block 100."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('reorg') / 'index.db'}")
    migrate(engine)
    with engine.connect() as opened:
        numbers = range(300 - DEPTH, 301)
        keep_blocks(opened, [Block(number, f"a{number}", "", number, "") for number in numbers])
        opened.commit()
        yield opened
    engine.dispose()


@given(forked=st.integers(101, 300), more=st.integers(0, 250))
def test_follow__fork_not_too_deep__goes_back_to_the_block_before_it(connection, forked, more):
    """API-5: up to 200 blocks, also where the new branch is shorter than the old one."""
    node = Chain(max(forked + more, forked), forked)

    common = follow_reorganisation(connection, node)

    assert common.number == forked - 1
    assert kept_blocks(connection)[0] == common
    connection.rollback()


@given(head=st.integers(300, 500))
def test_follow__same_chain__changes_nothing(connection, head):
    """API-5: the usual case is one question."""
    assert follow_reorganisation(connection, Chain(head, 10**9)).number == 300
    connection.rollback()


@given(forked=st.integers(0, 100), more=st.integers(0, 500))
def test_follow__fork_too_deep__is_said(connection, forked, more):
    """API-5: rows that cannot be taken back are not served on."""
    with pytest.raises(ReorganisedTooDeep):
        follow_reorganisation(connection, Chain(100 + more, forked))
    connection.rollback()


@given(head=st.integers(0, 299))
def test_follow__node_behind__waits_for_it(connection, head):
    """API-5: a lower head alone is no reorganisation."""
    with pytest.raises(NodeUnreachable, match="behind"):
        follow_reorganisation(connection, Chain(head, 10**9))
    connection.rollback()
