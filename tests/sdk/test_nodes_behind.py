"""Nodes whose state, or whose receipts, are not as far as what was mined (Base behind a balancer).

given a node that answers a few questions after each transaction from the state before it
  when a run is played from registration to payment: every step is done, by each of the clients
  when the state that it has refuses for good: the refusal is told
given a node whose receipts come before their block, or before their logs
  when a run is posted: it is posted once, and found
given an API that claims to have indexed blocks that there are not
  when a contract refuses: the refusal is told
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from urllib.request import Request, urlopen

import pytest

from agentescrow import AgentClient, Refused
from agentescrow.chain import read_your_writes
from agentescrow.domain.runs.run import RunState
from tests.indexer.faulty_node import FaultyNode
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC

READS = ("eth_call", "eth_estimateGas", "eth_getTransactionCount")


@pytest.fixture
def ending():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def through(market, ending):
    """Makes clients whose node is behind something that changes its answers."""

    def make(fault, *roles, api=None):
        node = ending.enter_context(FaultyNode(market.chain.url))
        node.fault = lambda: fault
        clients = []
        for role in roles:
            options = market.options(role, False, True) | {"rpc_url": node.url}
            clients.append(ending.enter_context(AgentClient(api or market.api_url, **options)))
        return clients

    return make


class Behind:
    """After each transaction the next questions are answered as if it had not been mined."""

    def __init__(self, url, questions):
        self._url, self._questions = url, questions
        self._left, self._block = 0, 0

    def fall_behind(self, questions):
        """Answer the next questions from the state before the latest block."""
        asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
        self._left, self._block = questions, int(self._ask(asked)["result"], 16) - 1

    def __call__(self, question, answer):
        if question["method"] == "eth_sendRawTransaction":
            self.fall_behind(self._questions)
        elif self._left and question["method"] in (*READS, "eth_blockNumber"):
            self._left -= 1
            answer = self._old(question)
        return 200, json.dumps(answer).encode()

    def _old(self, question):
        answer = {"jsonrpc": "2.0", "id": question["id"]}
        if question["method"] == "eth_blockNumber":
            return answer | {"result": hex(self._block)}
        what, block = question["params"]
        if block not in ("latest", "pending") and int(block, 16) > self._block:
            return answer | {"error": {"code": -32000, "message": "header not found"}}
        return self._ask({**question, "params": [what, hex(self._block)]})

    def _ask(self, question):
        kind = {"Content-Type": "application/json"}
        with urlopen(Request(self._url, json.dumps(question).encode(), kind)) as answered:
            return json.loads(answered.read())


@pytest.mark.parametrize("questions", [1, 2, 5])
def test_life_of_a_run__state_behind_the_receipts__is_done(market, through, questions):
    """API-7: the client reads its own writes, and those that the API shows."""
    agent, poster = through(Behind(market.chain.url, questions), "agent", "poster")

    agent_id = agent.agents.register("ipfs://agent").id
    assert agent.agents.stake(agent_id, 40 * USDC).is_staked
    draft = poster.runs.create(USDC, "+2d", "ipfs://draft", fund=False)
    assert poster.runs.fund(draft.bounty_id).state == RunState.OPEN
    run_id = poster.runs.create(USDC, "+2d", "ipfs://description").bounty_id
    assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED
    assert agent.runs.submit_work(run_id, "ipfs://work").state == RunState.SUBMITTED
    assert poster.runs.approve(run_id).state == RunState.APPROVED


def test_claim__of_another_s_fresh_run__is_asked_again(market, client, through):
    """API-7: the API shows the run, so "there is no run" is the answer of an old state."""
    behind = Behind(market.chain.url, 0)
    (agent,) = through(behind, "agent")
    agent_id = agent.agents.register("ipfs://agent").id
    agent.agents.stake(agent_id, 20 * USDC)
    run_id = client("poster").runs.create(USDC, "+2d", "ipfs://description").bounty_id
    behind.fall_behind(2)

    assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED


def test_approve__by_somebody_else__is_refused_all_the_same(market, through, run_id):
    """API-3: being behind explains no refusal that stays."""
    (outsider,) = through(Behind(market.chain.url, 2), "outsider")
    with pytest.raises(Refused) as refused:
        outsider.runs.cancel(run_id)
    assert (refused.value.code, refused.value.error) == (403, "NotPoster")


def _changed(receipt, change):
    return {**receipt, **change, "logs": [{**log, **change} for log in receipt["logs"]]}


EARLY = {
    "hash of zeros": lambda receipt: _changed(receipt, {"blockHash": f"0x{0:064x}"}),
    "no hash": lambda receipt: _changed(receipt, {"blockHash": None}),
    "no block": lambda receipt: _changed(
        receipt, {"blockHash": None, "blockNumber": None, "transactionIndex": None}
    ),
    "no logs": lambda receipt: {**receipt, "logs": []},
    "logs of nobody": lambda receipt: _changed(receipt, {"address": None, "topics": []}),
}


class Early:
    """The first two receipts of each transaction come too early."""

    def __init__(self, change):
        self._change, self._seen = change, {}

    def __call__(self, question, answer):
        if question["method"] == "eth_getTransactionReceipt" and answer.get("result"):
            (transaction,) = question["params"]
            self._seen[transaction] = self._seen.get(transaction, 0) + 1
            if self._seen[transaction] <= 2:
                answer["result"] = self._change(answer["result"])
        return 200, json.dumps(answer).encode()


@pytest.mark.parametrize("change", EARLY.values(), ids=EARLY)
def test_create__receipt_too_early__is_waited_for(market, through, change):
    """API-7: it is paid by then; whoever saw a crash would pay again."""
    before = market.contracts.runs.run_count()
    (poster,) = through(Early(change), "poster")

    assert poster.runs.create(USDC, "+2d", "ipfs://description").state == RunState.OPEN
    assert market.contracts.runs.run_count() == before + 1


class AheadOfItself(Between):
    """An API that claims to have indexed far more than there is."""

    def passes(self, seen, answer):
        body = answer.read()
        if seen.path != "/ready":
            return body
        return json.dumps(json.loads(body) | {"indexedBlock": 10**9}).encode()


def test_cancel__api_is_ahead_of_the_chain__refusal_is_told(market, through, run_id, monkeypatch):
    """API-3: what the API says of its index makes nobody wait for ever."""
    monkeypatch.setattr(read_your_writes, "PATIENCE", 0)
    with between(AheadOfItself(market.api_url)) as url:
        (outsider,) = through(Early(EARLY["no logs"]), "outsider", api=url)
        with pytest.raises(Refused) as refused:
            outsider.runs.cancel(run_id)
    assert refused.value.error == "NotPoster"
