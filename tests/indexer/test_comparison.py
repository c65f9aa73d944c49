"""Rows against the contracts: at the head and every day, what events alone do not prove.

given a node that keeps back what nothing else proves
  when the head is reached: the index stops, and says what differs
given rows that were right
  when a day has passed: they are compared again
given a node that forgets the state of its latest blocks
  whenever: that they are not compared is said, and the index goes on
given a node that moves while it is asked
  whatever it answers of a later state: no alarm rings
"""

from __future__ import annotations

import json

import pytest
from eth_utils import keccak

from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.errors import RowsDiffer
from agentescrow.indexer.comparison import Comparison
from agentescrow.store.lock import writer
from agentescrow.store.position import read_position
from agentescrow.store.tables import agents, runs, vaults
from tests.indexer.faulty_node import FaultyNode
from tests.indexer.index import sync

SALE = "0x" + keccak(text="Transfer(address,address,uint256)").hex()
DAY = 86_400


def without(topic, keep=lambda _log: False):
    """A node that keeps back all logs with a topic."""

    def fault(questions, answers):
        for question, answer in zip(questions, answers, strict=True):
            if question["method"] == "eth_getLogs":
                logs = answer["result"]
                answer["result"] = [log for log in logs if log["topics"][0] != topic or keep(log)]
        return 200, json.dumps(answers).encode()

    return fault


def is_mint(log):
    return int(log["topics"][1], 16) == 0


def test_compare__sale_kept_back__stops_with_what_differs(activity, contracts, database):
    """API-5: no sum and no number tells who owns an agent; the registry does."""
    seller, buyer = activity.people[:2]
    activity.send(seller, "identity", "transferFrom", seller, buyer, 0)
    activity.mine()

    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: without(SALE, keep=is_mint)
        with pytest.raises(RowsDiffer, match="ownerOf of agent 0"):
            sync(database, contracts, node.url, longest_wait=0.02)

    with database.connect() as connection:
        assert "ownerOf of agent 0" in read_position(connection).problem


@pytest.fixture
def compared(activity, contracts, database):
    """Compares the rows of a database whose sync is done, at times of a clock."""
    activity.burst(10)
    sync(database, contracts, activity.anvil.url)
    now = [0.0]
    with writer(database) as connection:
        comparison = Comparison(Reader(Node(activity.anvil.url), contracts), lambda: now[0])

        def compare(seconds=0.0):
            now[0] += seconds
            steps = 1
            while comparison.step(connection):
                steps += 1
            return steps

        yield compare


@pytest.mark.parametrize(
    ("table", "column", "value", "what"),
    [
        (agents, "staked", 1, "stake of agent"),
        (agents, "strikes", 77, "stake of agent"),
        (agents, "wallet", "0x" + "1" * 40, "getAgentWallet of agent"),
        (agents, "approved", "0x" + "1" * 40, "getApproved of agent"),
        (agents, "uri", "ipfs://another", "tokenURI of agent"),
        (runs, "poster", "0x" + "1" * 40, "run"),
        (vaults, "owner", "0x" + "1" * 40, "owner of"),
        (vaults, "paused", True, "paused of RunEscrow"),
    ],
)
def test_compare__a_day_later__finds_rows_that_differ(
    compared, database, table, column, value, what
):
    """API-5: whatever has made them so."""
    assert compared() > 3
    assert compared(DAY - 1) == 1
    assert compared(1) > 3
    with database.begin() as connection:
        connection.execute(table.update().values({column: value}))

    with pytest.raises(RowsDiffer, match=what):
        compared(DAY)


def test_compare__node_forgets_its_states__goes_on_and_says_so(
    activity, contracts, database, caplog
):
    """API-5: the events are good all the same."""

    def forgets(questions, answers):
        for question, answer in zip(questions, answers, strict=True):
            if question["method"] == "eth_call":
                answer.pop("result", None)
                answer["error"] = {"code": -32000, "message": "missing trie node"}
        return 200, json.dumps(answers).encode()

    activity.burst(5)
    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: forgets
        sync(database, contracts, node.url)

    (said,) = caplog.messages
    assert said.startswith("rows are not compared with the contracts: ")
    assert "missing trie node" in said
