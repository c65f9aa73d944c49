"""Transactions of one's own, through a node that fails around them: done once, and said truly.

given a client with a node
  when the answer to a sent transaction gets lost: it is found, and not sent a second time
  when the node is away while it is waited for: it is waited for
  when nobody can say what became of it: the error names the transaction
  when others of the account's wait in the pool: it comes after them
  when the node has not taken it: the error says so
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import ape
import pytest

from agentescrow import AgentClient, ChainProblem, TransactionFailed
from agentescrow.chain import transactions
from agentescrow.domain.runs.run import RunState
from tests.indexer.faulty_node import FaultyNode
from tests.sdk.conftest import USDC

SEND, RECEIPT, FIND = (
    "eth_sendRawTransaction",
    "eth_getTransactionReceipt",
    "eth_getTransactionByHash",
)


class Losing:
    """Passes on; the first answers to some methods are lost on their way back."""

    def __init__(self, *methods, times=10**6):
        self.methods, self.left, self.asked = methods, times, []

    def __call__(self):
        return self._answer

    def _answer(self, question, answer):
        method = question["method"] if isinstance(question, dict) else None
        self.asked.append(method)
        if method in self.methods and self.left:
            self.left -= 1
            return 502, b"<html>Bad Gateway</html>"
        return 200, json.dumps(answer).encode()


@pytest.fixture
def through(market):
    """Makes a client whose node is behind something that loses answers."""
    opened = []

    def make(losing, role="poster", **more):
        node = FaultyNode(market.chain.url)
        node.fault = losing
        opened.append(node.__enter__())
        options = market.options(role, False, True) | {"rpc_url": node.url} | more
        if "signer" in more:
            options.pop("private_key", None)
        opened.append(AgentClient(market.api_url, **options))
        return opened[-1]

    yield make
    for each in reversed(opened):
        each.close() if isinstance(each, AgentClient) else each.__exit__()


@pytest.fixture
def runs(market):
    return market.contracts.runs.run_count


@pytest.mark.parametrize("times", [1, 10**6], ids=["once", "always"])
def test_create__answer_to_the_transaction_lost__is_found(through, runs, times):
    """API-7: a node that says "already known" has it."""
    before, losing = runs(), Losing(SEND, times=times)
    run = through(losing).runs.create(USDC, "+1d", "ipfs://description")
    assert run.state == RunState.OPEN
    assert runs() == before + 1


def test_create__of_an_ape_account__answer_lost__is_found(through, market, runs):
    """API-7: whoever signs."""
    before = runs()
    account = ape.accounts.test_accounts[2]  # the role "poster"
    with ape.networks.parse_network_choice(market.chain.url):
        client = through(Losing(SEND, times=1), role=None, signer=account)
        assert client.runs.create(USDC, "+1d", "ipfs://description").state == RunState.OPEN
    assert runs() == before + 1


def test_create__node_away_while_it_is_mined__waits(through, runs):
    """API-7: what was sent is not given up because one answer did not come."""
    before, losing = runs(), Losing(RECEIPT, times=12)
    run = through(losing).runs.create(USDC, "+1d", "ipfs://description")
    assert run.state == RunState.OPEN
    assert losing.left == 0
    assert runs() == before + 1


@pytest.mark.parametrize("methods", [(SEND, FIND), (RECEIPT,)], ids=["sending", "waiting"])
def test_create__nobody_says_what_became_of_it__names_the_transaction(
    through, market, runs, monkeypatch, methods
):
    """API-7: an error that looks as if nothing was sent would be paid twice."""
    monkeypatch.setattr(transactions, "_WAIT_SECONDS", 0)
    before = runs()
    with pytest.raises(TransactionFailed, match="sent") as caught:
        through(Losing(*methods)).runs.create(USDC, "+1d", "ipfs://description")
    assert market.chain.w3.eth.get_transaction_receipt(caught.value.transaction)["status"] == 1
    assert runs() == before + 1


def test_create__others_wait_in_the_pool__comes_after_them(market, client, runs):
    """API-7: a nonce that is taken already would replace what waits, or be refused.

    Meanwhile the client answers what it knows: its address waits for no write.
    """
    w3, before, poster = market.chain.w3, runs(), client("poster")
    first = w3.eth.get_transaction_count(poster.address)
    w3.provider.make_request("evm_setAutomine", [False])
    try:
        waiting = w3.eth.send_transaction({"from": poster.address, "to": poster.address})
        with ThreadPoolExecutor(1) as thread:
            made = thread.submit(poster.runs.create, USDC, "+1d", "ipfs://description")
            while w3.eth.get_transaction_count(poster.address, "pending") < first + 2:
                assert not made.done()
            w3.provider.make_request("evm_mine", [])
            assert made.result().state == RunState.OPEN
    finally:
        w3.provider.make_request("evm_setAutomine", [True])
    assert runs() == before + 1
    assert w3.eth.get_transaction_receipt(waiting)["status"] == 1


def test_create__not_taken__says_so(market, client, runs):
    """API-7: where the node does not have it, nothing was sent, and that is what the error says."""
    w3, before = market.chain.w3, runs()
    poster = client("poster")
    balance = w3.eth.get_balance(poster.address)
    w3.provider.make_request("anvil_setBalance", [poster.address, "0x1"])
    try:
        with pytest.raises(ChainProblem, match=f"insufficient ETH: {poster.address}"):
            poster.runs.create(USDC, "+1d", "ipfs://description")
    finally:
        w3.provider.make_request("anvil_setBalance", [poster.address, hex(balance)])
    assert runs() == before
