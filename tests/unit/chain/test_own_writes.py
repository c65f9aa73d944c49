"""Reads and nonces behind nodes that have not seen what the client has written.

given a client that has written nothing: it asks at "latest", and nothing besides
given a client that has written in a block
  when the node is below that block: it is not believed, and asked again
  when the node has it: what it says is final, a refusal too
  when no node has it in time: NodeBehind, and the next read asks at "latest"
given an account that has sent a transaction
  when the node counts less and has that transaction: the next nonce follows it
  when the node counts less and does not have it: it is waited for, and believed in the end
"""

from __future__ import annotations

from json import JSONDecodeError
from types import SimpleNamespace

import pytest
from eth_utils import keccak
from hexbytes import HexBytes
from web3.exceptions import BadResponseFormat, TransactionNotFound, Web3RPCError

from agentescrow.chain import read_your_writes, wallet
from agentescrow.chain.read_your_writes import OwnWrites
from agentescrow.chain.transactions import transact
from agentescrow.chain.wallet import Nonces
from agentescrow.errors import (
    ContractReverted,
    NodeBehind,
    NodeRefused,
    NodeUnreachable,
    TransactionFailed,
)

SENDER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


class Eth:
    """A node whose answers are given in turn; the last one stays."""

    def __init__(self, *, heads=(), counts=(), known=()):
        self._heads, self._counts = list(heads), list(counts)
        self.known = set(known)
        self.taken = []

    @property
    def block_number(self):
        return self._next(self._heads)

    def get_transaction_count(self, _account, block):
        assert block == "pending"
        return self._next(self._counts)

    def get_transaction(self, tx_hash):
        if tx_hash not in self.known:
            raise TransactionNotFound("no")
        return {"hash": tx_hash}

    def send_raw_transaction(self, raw):
        self.taken.append(raw)
        return HexBytes(keccak(raw))

    @staticmethod
    def _next(answers):
        return answers.pop(0) if len(answers) > 1 else answers[0]


def chain(**answers):
    return SimpleNamespace(eth=Eth(**answers))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(read_your_writes, "_PAUSE", 0)
    monkeypatch.setattr(wallet, "_PAUSE", 0)


def never_again(monkeypatch):
    """The patience ends at once."""
    monkeypatch.setattr(read_your_writes, "PATIENCE", 0)
    monkeypatch.setattr(wallet, "PATIENCE", 0)


def test_read__nothing_written__asks_at_latest_alone():
    """API-7: who has written nothing costs the node nothing more."""
    assert OwnWrites(chain()).read(lambda block: block) == "latest"


def test_read__node_below_our_block__is_asked_again():
    """API-7: of a state that is too old no answer is taken, and none is asked for."""
    own, asked = OwnWrites(chain(heads=[5, 6, 7])), []
    own.expect(7)

    assert own.read(lambda block: asked.append(block) or "answer") == "answer"
    assert asked == [7]


def test_read__another_node_does_not_have_the_block__is_asked_again():
    """API-7: behind one address one node has the block, and the next one does not."""
    own, asked = OwnWrites(chain(heads=[8])), []
    own.expect(7)

    def ask(block):
        asked.append(block)
        if len(asked) < 3:
            raise Web3RPCError("header not found")
        return "answer"

    assert own.read(ask) == "answer"
    assert asked == [8, 8, 8]


def test_read__contract_refuses_at_our_block__is_final():
    """API-3: a rule's refusal is not repeated."""
    own, asked = OwnWrites(chain(heads=[7])), []
    own.expect(7)

    def ask(block):
        asked.append(block)
        raise ContractReverted("NotAgent")

    with pytest.raises(ContractReverted):
        own.read(ask)
    assert asked == [7]


def test_read__nobody_answers__is_said_at_once():
    """API-7: a node that is away is not one that is behind."""
    own = OwnWrites(chain(heads=[7]))
    own.expect(7)

    def ask(_block):
        raise NodeUnreachable("nobody")

    with pytest.raises(NodeUnreachable):
        own.read(ask)


def test_read__no_node_has_it_in_time__is_said_and_forgotten(monkeypatch):
    """API-7: a local chain that was put back must not be waited for each time."""
    never_again(monkeypatch)
    own = OwnWrites(chain(heads=[5]))
    own.expect(7)

    with pytest.raises(NodeBehind, match="block 7") as behind:
        own.read(lambda _block: "answer")

    assert behind.value.block == 7
    assert own.read(lambda block: block) == "latest"
    own.expect(5)
    assert own.read(lambda block: block) == 5


def test_read__long_after_the_write__asks_at_latest(monkeypatch):
    """API-7: nodes that are minutes behind are another fault."""
    monkeypatch.setattr(read_your_writes, "_CARE", 0)
    own = OwnWrites(chain())
    own.expect(7)

    assert own.read(lambda block: block) == "latest"


def test_read__of_a_certain_block__waits_where_it_is_near():
    """API-7: what the API shows is compared at the block that it names."""
    own, asked = OwnWrites(chain(heads=[6])), []

    def ask(block):
        asked.append(block)
        if len(asked) < 3:
            raise NodeRefused("header not found")
        return "answer"

    assert own.read(ask, 7) == "answer"
    assert asked == [7, 7, 7]


@pytest.mark.parametrize("block", [10**9, 7])
def test_read__of_a_block_far_away__is_refused_at_once(block):
    """API-7: a made-up block makes nobody wait, nor does a state that the node has forgotten."""
    own = OwnWrites(chain(heads=[1000]))

    def ask(_block):
        raise NodeRefused("header not found")

    with pytest.raises(NodeRefused):
        own.read(ask, block)


def test_expect__a_block_of_others__is_no_write_of_ours():
    """API-7: what was sent is counted, so that nothing is sent twice."""
    own = OwnWrites(chain(heads=[9]))
    own.sending()
    own.expect(7)
    own.expect(9)

    assert own.count == 1
    assert own.read(lambda block: block) == 9


def test_hear__a_block_far_ahead__is_not_waited_for():
    """API-7: an API that names block 10**9 would make each read wait for it."""
    own = OwnWrites(chain(heads=[1000]))

    assert not own.hear(10**9)
    assert own.read(lambda block: block) == "latest"
    assert own.hear(1000)
    assert own.read(lambda block: block) == 1000


def test_transact__refused_while_it_is_sent__is_counted():
    """API-7: a refusal that comes after the sending must not be taken for one before it."""
    w3 = SimpleNamespace(eth=SimpleNamespace(estimate_gas=lambda _tx, _block: 21_000))
    own = OwnWrites(w3)

    def refuse(_tx):
        raise ContractReverted("NotAgent")

    wallet_of_node = SimpleNamespace(address=SENDER, transact=refuse)
    with pytest.raises(ContractReverted):
        transact(w3, wallet_of_node, SENDER, HexBytes("0x"), own=own)
    assert own.count == 1


def sent(nonces, nonce):
    return nonces.sent(nonce, HexBytes(bytes([nonce])))


def test_next__nothing_sent__is_what_the_node_counts():
    assert Nonces(chain(counts=[4])).next(SENDER) == 4


def test_next__node_has_our_last_but_counts_less__follows_it():
    """API-7: "nonce too low" was the answer before."""
    w3 = chain(counts=[4])
    nonces = Nonces(w3)
    w3.eth.known.add(sent(nonces, 4))

    assert nonces.next(SENDER) == 5


def test_next__others_of_the_account_s__are_counted():
    """API-7: two programs with one key."""
    nonces = Nonces(chain(counts=[9]))
    sent(nonces, 4)

    assert nonces.next(SENDER) == 9


def test_next__node_has_not_seen_our_last__is_waited_for():
    """API-7: two transactions with one nonce replace each other."""
    nonces = Nonces(chain(counts=[4, 4, 5]))
    sent(nonces, 4)

    assert nonces.next(SENDER) == 5


def test_next__our_last_was_dropped__the_node_is_believed_in_the_end(monkeypatch):
    """API-7: a gap would keep all that follows from being mined."""
    never_again(monkeypatch)
    nonces = Nonces(chain(counts=[4]))
    sent(nonces, 4)

    assert nonces.next(SENDER) == 4


def test_sent__refused__is_not_remembered():
    """API-7: its nonce is free."""
    w3 = chain(counts=[4])
    nonces = Nonces(w3)

    def refuse(_raw):
        raise Web3RPCError("nonce too low")

    w3.eth.send_raw_transaction = refuse
    with pytest.raises(Web3RPCError):
        sent(nonces, 4)

    assert nonces.next(SENDER) == 4


@pytest.mark.parametrize(
    "problem",
    [
        JSONDecodeError("Expecting value", "<html>", 0),
        Web3RPCError("request timed out", rpc_response={"error": {"code": -32603}}),
        Web3RPCError("execution reverted", rpc_response={"error": {"data": "0x1234abcd"}}),
        BadResponseFormat("no result, and no error"),
        TypeError("None"),
    ],
    ids=["a page", "timed out inside", "reverted", "null", "no hash"],
)
def test_sent__answer_is_no_refusal__may_have_been_sent(problem):
    """API-7: whoever is told that nothing was sent pays again."""
    w3 = chain(counts=[4])
    nonces = Nonces(w3)

    def garble(_raw):
        raise problem

    w3.eth.send_raw_transaction = garble
    with pytest.raises(TransactionFailed, match="may have been sent") as failed:
        sent(nonces, 4)

    w3.eth.known.add(HexBytes(failed.value.transaction))
    assert nonces.next(SENDER) == 5


def test_sent__nothing_but_nonsense__names_the_transaction():
    """API-7: the question whether the node has it may be answered with a page as well."""
    w3 = chain(counts=[4])

    def garble(_asked):
        raise JSONDecodeError("Expecting value", "<html>", 0)

    w3.eth.send_raw_transaction = w3.eth.get_transaction = garble
    with pytest.raises(TransactionFailed, match="may have been sent"):
        sent(Nonces(w3), 4)


def test_sent__answer_lost__is_remembered():
    """API-7: it may have been sent."""
    w3 = chain(counts=[4])
    nonces = Nonces(w3)

    def lose(_raw):
        raise NodeUnreachable("lost")

    w3.eth.send_raw_transaction = lose
    with pytest.raises(TransactionFailed) as failed:
        sent(nonces, 4)

    w3.eth.known.add(HexBytes(failed.value.transaction))
    assert nonces.next(SENDER) == 5
