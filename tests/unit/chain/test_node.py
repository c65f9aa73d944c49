"""What is made of nodes with manners of their own, over HTTP as they speak it.

given a node that takes few questions at once, or no batches
  whatever its words and its status: the bound is learnt, and every question is answered
given an error
  beside any HTTP status, in any form: it counts, and only the question that it is about
given a node that takes no more for now
  as web3 asks it: it is asked again
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from eth_account import Account

from agentescrow.chain import batch_size, provider
from agentescrow.chain.connection import connect
from agentescrow.chain.fees import priced
from agentescrow.chain.pool import Pool
from agentescrow.chain.provider import TooMuch
from agentescrow.chain.reverts import translated_errors
from agentescrow.chain.rpc import Node
from agentescrow.errors import (
    ContractReverted,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
)

TOO_MANY = {"code": -32014, "message": "no"}
WHOLE = {"jsonrpc": "2.0", "id": None, "error": TOO_MANY}


class Speaking:
    """A node that answers each request as `manner` says: (status, JSON or bytes).

    Attributes:
        asked: Every request's JSON.
    """

    def __init__(self, manner):
        self.asked = []
        me = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                me.asked.append(question)
                status, answer = manner(question)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                head = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body)

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def sizes(self):
        """How many questions each request had; 0 for one that is no batch."""
        return [len(asked) if isinstance(asked, list) else 0 for asked in self.asked]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()


def echo(question):
    """The first parameter of each question."""
    if isinstance(question, list):
        return [echo(each) for each in question]
    return {"jsonrpc": "2.0", "id": question["id"], "result": (question["params"] or [None])[0]}


def at_most(most, status, answer):
    return lambda asked: (
        (status, answer) if isinstance(asked, list) and len(asked) > most else (200, echo(asked))
    )


def questions(number):
    return [("echo", [n]) for n in range(number)]


@pytest.mark.parametrize(
    ("most", "status", "answer"),
    [
        (0, 200, WHOLE),
        (1, 200, WHOLE),
        (10, 200, WHOLE),
        (23, 200, WHOLE),
        (3, 200, [WHOLE]),
        (3, 400, WHOLE),
        (0, 403, WHOLE),
        (3, 413, b"<html>Request Entity Too Large</html>"),
        (3, 429, {"error": {"code": -32005, "message": "limit"}}),
        (0, 500, {"error": "batches of that size are for others"}),
        (3, 503, {"jsonrpc": "2.0", "error": {"code": -32600}, "result": None}),
    ],
)
def test_try_each__node_takes_few_at_once__is_asked_for_as_many(most, status, answer):
    """API-5: whatever its words; what is learnt is kept."""
    with Speaking(at_most(most, status, answer)) as speaking:
        node = Node(speaking.url)
        for _ in range(3):
            assert node.try_each(*questions(24)) == list(range(24))
        learnt = len(speaking.asked)
        assert node.ask(*questions(24)) == list(range(24))
        assert len(speaking.asked) - learnt == -(-24 // max(most, 1))


def test_try_each__refused_for_a_moment__takes_large_batches_again_later(monkeypatch):
    """API-5: a bad minute of the node does not slow the index for ever."""
    refusing = [True]

    def manner(asked):
        few = isinstance(asked, dict) or len(asked) < 3
        return (200, echo(asked)) if few or not refusing[0] else (200, WHOLE)

    with Speaking(manner) as speaking:
        node = Node(speaking.url)
        node.ask(*questions(8))
        refusing.clear()
        refusing.append(False)
        node.ask(*questions(8))
        assert speaking.sizes[-1] < 8
        monkeypatch.setattr(batch_size.time, "monotonic", lambda: 10**9)
        node.ask(*questions(8))
        assert speaking.sizes[-1] == 8


@pytest.mark.parametrize(
    "error", [WHOLE["error"], {"code": 429, "message": "slow down"}, "no", {}, False, 7]
)
def test_try_each__refused_down_to_a_single_call__is_the_refusal_and_teaches_nothing(error):
    """API-5: it was no matter of batches."""
    answers = [(200, {"jsonrpc": "2.0", "id": None, "error": error})] * 5

    with Speaking(lambda asked: answers.pop() if answers else (200, echo(asked))) as speaking:
        node = Node(speaking.url)
        with pytest.raises(NodeRefused, match="the node refused"):
            node.try_each(*questions(4))
        answers.clear()
        assert node.try_each(*questions(4)) == [0, 1, 2, 3]
        assert speaking.sizes[-1] == 4


def test_try_each__a_part_answered__the_rest_is_asked_again():
    """API-5: some leave out what is too much, some refuse it one by one, and in any order."""

    def first_two(asked):
        return 200, echo(asked[:2])[::-1]

    def others_refused(asked):
        error = {"code": -32007, "message": "too many requests in a batch"}
        more = [{"jsonrpc": "2.0", "id": each["id"], "error": error} for each in asked[2:]]
        return 200, [*more, *echo(asked[:2])]

    for manner in (first_two, others_refused):
        with Speaking(manner) as speaking:
            assert Node(speaking.url).ask(*questions(5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_try_each__one_of_several_refused__is_the_only_one(status):
    """API-5: `null` beside a result is no error, and beside an error no result."""

    def manner(asked):
        answers = echo(asked)
        answers[0]["error"] = None
        answers[1] |= {"error": {"code": -32000, "message": "missing trie node"}, "result": None}
        answers[2]["error"] = {"code": 3, "message": "execution reverted", "data": "0x"}
        del answers[3]["result"]
        return status, answers

    with Speaking(manner) as speaking:
        one, two, three, four = Node(speaking.url).try_each(*questions(4))

    assert one == 0
    assert (type(two), "missing trie node" in str(two)) == (
        NodeBusy if status == 429 else NodeRefused,
        True,
    )
    assert isinstance(three, ContractReverted)
    assert "no reason given" in str(four)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b'[{"id":0,'), (200, b"[7, 8]"), (200, b"7"), (502, b"<html>")],
)
def test_ask__answer_is_none__is_said_in_one_line(status, body):
    """API-5: pages of gateways, halves, and JSON of another kind."""
    with (
        Speaking(lambda _asked: (status, body)) as speaking,
        pytest.raises(NodeUnreachable) as raised,
    ):
        Node(speaking.url).ask(*questions(2))

    assert len(str(raised.value).splitlines()) == 1


def test_ask__answer_longer_than_wanted__is_not_held():
    """API-5: bytes bound what is asked for, where the answers cannot be counted before."""
    with Speaking(lambda asked: (200, echo(asked))) as speaking:
        node, long = Node(speaking.url), "x" * 3_000_000
        with pytest.raises(TooMuch, match="more than 2000000 bytes"):
            node.ask(("echo", [long]), longest=2_000_000)
        assert node.ask(("echo", [long]), longest=4_000_000) == [long]


SENDER = "0x" + "11" * 20


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 3, "message": "execution reverted"}, ContractReverted),
        (
            {"code": -32015, "message": "VM execution error.", "data": "Reverted 0x"},
            ContractReverted,
        ),
        ("too many requests", NodeRefused),
        ({"code": -32000, "message": "missing trie node"}, NodeRefused),
        ({}, NodeRefused),
    ],
)
def test_web3__error_in_any_form_beside_any_status__has_its_meaning(status, error, kind):
    """API-7: the same layer serves clients; nothing raw escapes."""

    def manner(asked):
        answer = {"id": asked["id"], "jsonrpc": "2.0"}
        if asked["method"] == "eth_chainId":
            return 200, answer | {"result": "0x1", "error": None}
        return status, answer | {"error": error, "result": None}

    with Speaking(manner) as speaking:
        w3 = connect(speaking.url)
        with pytest.raises(kind), translated_errors():
            w3.eth.call({"to": SENDER})


@pytest.mark.parametrize(
    "busy",
    [
        (200, {"jsonrpc": "2.0", "id": 0, "error": {"code": -32005, "message": "limit exceeded"}}),
        (429, {"jsonrpc": "2.0", "id": 0, "error": {"code": -32000, "message": "slow down"}}),
        (429, b"slow down"),
        (503, b""),
    ],
)
def test_connect__node_takes_no_more_for_a_moment__is_asked_again(busy, monkeypatch):
    """API-7: as often as one that does not answer."""
    monkeypatch.setattr(provider, "_FIRST_PAUSE", 0.001)
    answers = [busy] * 4

    with Speaking(
        lambda asked: answers.pop() if answers else (200, echo(asked | {"params": ["0x7"]}))
    ) as speaking:
        assert connect(speaking.url).eth.chain_id == 7


def without_tips(gas_price, base_fee):
    """A node of before EIP-1559's methods, or of a chain that has none."""

    def manner(asked):
        if isinstance(asked, list):
            return 200, [manner(each)[1] for each in asked]
        results = {
            "eth_chainId": "0x7",
            "eth_gasPrice": hex(gas_price),
            "eth_getBlockByNumber": {"number": "0x1", "timestamp": "0x2"}
            | ({} if base_fee is None else {"baseFeePerGas": hex(base_fee)}),
            "eth_getTransactionCount": "0x5",
            "eth_getBalance": "0x9",
        }
        answer = {"jsonrpc": "2.0", "id": asked["id"]}
        if asked["method"] in results:
            return 200, answer | {"result": results[asked["method"]]}
        error = {"code": -32601, "message": "the method does not exist"}
        return 200, answer | {"error": error}

    return manner


@pytest.mark.parametrize(
    ("gas_price", "base_fee", "tip"), [(70, 50, 20), (50, 50, 0), (40, 50, 0), (70, None, 70)]
)
def test_tip__node_without_a_method_for_it__is_what_its_gas_price_leaves(gas_price, base_fee, tip):
    """API-4, API-7: of relayer and clients alike."""
    with Speaking(without_tips(gas_price, base_fee)) as speaking:
        account = Account.from_key("0x" + "5d" * 32)
        assert Pool(speaking.url).head(account.address).tip == tip
        tx = priced(connect(speaking.url), {"from": account.address}, 7, None)
    assert tx["maxPriorityFeePerGas"] == tip
