"""Another chain with the same id, or a fork: named as that, not as blocks that were taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.reader import Header
from agentescrow.errors import NodeUnreachable, OtherChain, OtherDeployment, ReorganisedTooDeep
from agentescrow.indexer.follow import Indexer
from agentescrow.indexer.start import begin
from agentescrow.store.database import migrate, open_database
from agentescrow.store.position import Block, keep_blocks, move_position, read_position

ADDRESSES = ("usdc", "identity", "forwarder", "registry", "runs", "treasury", "owner")
DEPLOYED_IN = 5


def deployment(chain="a"):
    at = dict.fromkeys(ADDRESSES, "0x90F79bf6EB2c4f870365E785982E1f101E93b906")
    begins = {"block": DEPLOYED_IN, "block_hash": f"{chain}{DEPLOYED_IN}"}
    return Deployment(chain_id=84532, network="base-sepolia", **at, **begins)


class Node:
    """A node whose blocks 0 to `latest` have hashes that begin with the chain's letter."""

    def __init__(self, chain, latest):
        self.chain = chain
        self.latest = latest

    def head(self):
        return self._header(self.latest)

    def headers(self, numbers):
        return {n: self._header(n) for n in numbers if n <= self.latest}

    def _header(self, number):
        return Header(number, f"{self.chain}{number}", "", number, 0)


@pytest.fixture
def connection(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'index.db'}")
    migrate(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def indexed(connection):
    """A database that has indexed the blocks from `first` to 300 of chain a."""

    def fill(first):
        with connection.begin():
            begin(connection, Node("a", 300), deployment(), first_block=1)
            keep_blocks(connection, [Block(n, f"a{n}", "", n, "") for n in range(first, 301)])
            move_position(connection, 300, expected=0)
        return connection

    return fill


def test_begin__node_of_another_chain__refused(connection):
    with connection.begin(), pytest.raises(OtherChain, match="block 5 is b5, the record's is a5"):
        begin(connection, Node("b", 300), deployment(), first_block=1)


def test_begin__node_lacks_the_block__is_no_other_chain(connection):
    """It may be behind, which passes."""
    with connection.begin():
        assert begin(connection, Node("b", 4), deployment(), first_block=1).block_number == 0


def test_begin__database_of_another_chain__refused(indexed):
    """A local chain begun anew has the same id and addresses, and another record."""
    connection = indexed(first=1)

    with connection.begin(), pytest.raises(OtherDeployment, match="filled from another chain"):
        begin(connection, Node("b", 300), deployment("b"), first_block=1)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"runs": "0x1"}, "follows RunEscrow at 0x90.*, not at 0x1: use another database"),
        ({"registry": "0x1"}, "follows StakeRegistry at 0x90.*, not at 0x1: use another"),
        ({"identity": "0x1"}, "follows IdentityRegistry at 0x90.*, not at 0x1: use another"),
        ({"chain_id": 8453}, "follows contracts on chain 84532, not on 8453: use another"),
    ],
)
def test_begin__database_of_other_contracts__refused(indexed, other, words):
    """API-5: each of them, on each chain."""
    connection = indexed(first=1)

    with connection.begin(), pytest.raises(OtherDeployment, match=words):
        begin(connection, Node("a", 300), replace(deployment(), **other), first_block=1)


@pytest.mark.parametrize("latest", [400, 100], ids=["longer", "shorter"])
def test_step__node_exchanged_for_one_of_another_chain__named(indexed, latest):
    """API-5: `problem` is for `/ready`, and asks nobody to throw a database away."""
    connection, node = indexed(first=101), Node("a", 300)
    indexer = Indexer(connection, node, deployment(), longest_wait=0)
    node.chain, node.latest = "b", latest

    with pytest.raises(OtherChain):
        indexer.step()
    with connection.begin():
        problem = read_position(connection).problem
    assert "another chain with id 84532, or a fork of it" in problem
    assert "empty database" not in problem


class Fork(Node):
    """It left chain a after the deployment."""

    def _header(self, number):
        chain = "a" if number <= DEPLOYED_IN else "b"
        return Header(number, f"{chain}{number}", "", number, 0)


def test_step__node_exchanged_for_a_late_fork__both_explanations(indexed):
    """Hashes cannot tell a fork from a deep reorganisation, so the words name both."""
    connection, node = indexed(first=101), Node("a", 300)
    indexer = Indexer(connection, node, deployment(), longest_wait=0)
    node.__class__, node.latest = Fork, 400

    with pytest.raises(ReorganisedTooDeep, match="serves a fork, or the chain was reorganised"):
        indexer.step()


def test_step__node_behind__is_waited_for(indexed):
    """API-5: a lower head of the same chain."""
    connection, node = indexed(first=101), Node("a", 300)
    indexer = Indexer(connection, node, deployment(), longest_wait=0)
    node.latest = 50

    with pytest.raises(NodeUnreachable, match="behind"):
        indexer._common()
