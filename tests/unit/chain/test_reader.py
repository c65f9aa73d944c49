"""What is asked of a node for the index, and what is made of its answers."""

from __future__ import annotations

import pytest
from web3 import Web3

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.reader import Header, Reader
from agentescrow.errors import NodeRefused, NodeUnreachable

ADDRESSES = {
    name: f"0x{number:040x}"
    for number, name in enumerate(
        ("usdc", "identity", "forwarder", "registry", "runs", "treasury", "owner"), 1
    )
}
DEPLOYMENT = Deployment(chain_id=31337, network="local", block=0, **ADDRESSES)
LAST = Header(9, "0x09", "0x08", 900, 0)


def header(number):
    """A block as a node tells it."""
    return {
        "number": hex(number),
        "hash": f"0x{number:064x}",
        "parentHash": f"0x{number - 1:064x}",
        "timestamp": hex(100 * number),
        "logsBloom": "0x00",
    }


class Node:
    """Has the blocks up to a head; answers the questions of `logs` as it is told."""

    def __init__(self, head=1_000, answers=()):
        self.head = head
        self.answers = answers
        self.batches = []

    def ask(self, *questions):
        self.batches.append(len(questions))
        numbers = [params[0] for _method, params in questions]
        asked = [self.head if n == "latest" else int(n, 16) for n in numbers]
        return [header(n) if n <= self.head else None for n in asked]

    def try_each(self, *questions, longest=None):
        self.questions = questions
        return list(self.answers)


def reader(node):
    return Reader(node, Contracts(Web3(), DEPLOYMENT))


def test_headers__many__are_all_that_the_node_has():
    """API-5: a block that is not there is left out."""
    node = Node(head=150)
    found = reader(node).headers(range(1, 201))

    assert sorted(found) == list(range(1, 151))
    assert {n: each.time for n, each in found.items()} == {n: 100 * n for n in range(1, 151)}
    assert found[7].parent_hash == found[6].hash
    assert node.batches == [200]


def test_head__of_a_node__is_its_latest_block():
    """API-5: by its own word."""
    assert reader(Node(head=77)).head().number == 77


@pytest.mark.parametrize(
    ("owed", "said"),
    [
        ((hex(5), hex(6), hex(7)), {"StakeRegistry": 5, "RunEscrow": 6, "runs": 7}),
        ((hex(5), "0x", "0x"), {"StakeRegistry": 5}),  # before RunEscrow was created
        ((hex(5), NodeRefused("no state"), "0x"), {"StakeRegistry": 5}),
        ((NodeRefused("no state"),) * 3, {}),
    ],
)
def test_logs__sums_that_the_node_does_not_remember__are_not_said(owed, said):
    """API-5: a node without old states is good enough for the events."""
    node = Node(answers=([], header(9), *owed))
    answer = reader(node).logs(3, LAST)

    assert (answer.logs, answer.owed, answer.last_hash) == ([], said, header(9)["hash"])
    (method, (where,)), *_ = node.questions
    assert (method, where["fromBlock"], where["toBlock"]) == ("eth_getLogs", "0x3", "0x9")
    assert sorted(where["address"]) == sorted(
        Web3.to_checksum_address(ADDRESSES[name]).lower()
        for name in ("runs", "registry", "identity")
    )


@pytest.mark.parametrize("refused", [0, 1])
def test_logs__refused__is_the_refusal(refused):
    """API-5: "range too large" is for whoever chooses the range."""
    answers = [[], header(9), "0x0", "0x0", "0x0"]
    answers[refused] = NodeRefused("range too large")

    with pytest.raises(NodeRefused, match="range too large"):
        reader(Node(answers=answers)).logs(3, LAST)


@pytest.mark.parametrize("missing", range(5))
def test_logs__null__is_no_answer(missing):
    """API-5: of logs and block as of sums; the node will know when it is asked again."""
    answers = [[], header(9), "0x0", "0x0", "0x0"]
    answers[missing] = None

    with pytest.raises(NodeUnreachable):
        reader(Node(answers=answers)).logs(3, LAST)


def test_logs_of__null__is_no_answer():
    """API-5: half-synced nodes have the block and not its logs."""
    node = Node()
    node.ask = lambda *questions: [None for _ in questions]

    with pytest.raises(NodeUnreachable, match="does not have the logs"):
        reader(node).logs_of([LAST])
