"""Nodes that ask for the account's money: nothing is signed for more than is allowed.

given a node that asks for too much a gas, or too much gas
  when a client sends a transaction of its own: TooExpensive, with both numbers, and nothing is sent
  when more is allowed: it is sent
"""

from __future__ import annotations

import json

import pytest

from agentescrow import AgentClient, InvalidInput, TooExpensive
from agentescrow.chain.fees import GWEI
from tests.indexer.faulty_node import FaultyNode
from tests.sdk.conftest import USDC


class Greedy:
    """Changes the answers to one method, and notes what is sent."""

    def __init__(self, method, change):
        self._method, self._change = method, change
        self.sent = []

    def __call__(self, question, answer):
        if question["method"] == self._method and "result" in answer:
            answer["result"] = self._change(answer["result"])
        if question["method"] == "eth_sendRawTransaction":
            self.sent.append(question["params"])
        return 200, json.dumps(answer).encode()


def base_fee(gwei):
    return lambda block: {**block, "baseFeePerGas": hex(gwei * GWEI)}


WAYS = {
    "base fee": ("eth_getBlockByNumber", base_fee(10**6)),
    "tip": ("eth_maxPriorityFeePerGas", lambda _tip: hex(10**6 * GWEI)),
    "gas": ("eth_estimateGas", lambda _gas: hex(16_000_000)),
    "more gas than there is": ("eth_estimateGas", lambda _gas: hex(2**200)),
}


@pytest.fixture
def poster_behind(market):
    """Makes a poster whose node is behind something greedy."""
    opened = []

    def make(greedy, **more):
        node = FaultyNode(market.chain.url)
        node.fault = lambda: greedy
        opened.append(node.__enter__())
        options = market.options("poster", False, True) | {"rpc_url": node.url} | more
        opened.append(AgentClient(market.api_url, **options))
        return opened[-1]

    yield make
    for each in reversed(opened):
        each.close() if isinstance(each, AgentClient) else each.__exit__()


@pytest.mark.parametrize(("method", "change"), WAYS.values(), ids=WAYS)
def test_create__node_asks_for_too_much__sends_nothing(market, poster_behind, method, change):
    """SECURITY: 120 ETH for one call was the most that a node could have."""
    greedy, before = Greedy(method, change), market.contracts.runs.run_count()

    with pytest.raises(TooExpensive, match="are allowed"):
        poster_behind(greedy).runs.create(USDC, "+2d", "ipfs://description")

    assert greedy.sent == []
    assert market.contracts.runs.run_count() == before


def test_create__within_a_cap_of_one_s_own__is_sent(poster_behind):
    """SECURITY: the cap is the caller's to say."""
    greedy = Greedy("eth_getBlockByNumber", base_fee(200))

    poster_behind(greedy, max_fee=300 * GWEI).runs.create(USDC, "+2d", "ipfs://description")

    assert len(greedy.sent) == 1


@pytest.mark.parametrize("max_fee", [0, -1])
def test_client__cap_of_nothing__is_refused(poster_behind, max_fee):
    with pytest.raises(InvalidInput, match="max_fee"):
        poster_behind(Greedy("eth_chainId", str), max_fee=max_fee)
