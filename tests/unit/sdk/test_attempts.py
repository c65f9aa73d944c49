"""Payments that are tried again, by a client whose node and API are made up.

given a transaction of one's own whose task was cancelled
  when its thread has not started, or waits for its turn: nothing is sent, and the same once more is
    a first time; an authorization stays the same one
  when its thread is sending: the same once more waits
given one that was broken off while it was sent, so that nobody knows its hash
  when the account's number is as before: the same once more takes the same number
  when the next number is pending: the same once more waits; when it is mined, it is over
given one that may be paid
  when there is no node: the same authorization, even after it has expired
  when it has expired by the node's clock and by this machine's: a fresh one
  when its authorization is used, and nobody shows for what: it is pending
given one that has failed: the same once more takes the same authorization
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from hexbytes import HexBytes

from agentescrow.chain.read_your_writes import OwnWrites
from agentescrow.errors import ChainProblem, StillPending
from agentescrow.sdk import request_outcomes
from agentescrow.sdk.idempotency_key import write_key
from agentescrow.sdk.payment_attempts import Attempt, paid_once
from agentescrow.sdk.runners import Awaiting, Blocking
from agentescrow.sdk.session import Options, Session

PAYER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
NOW = 1_800_000_000
LOG = {"address": PAYER, "topics": [], "data": "0x"}  # of USDC, say
NONCE = b"\x07" * 32


class Node:
    """What a client asks its node, and what it answers."""

    def __init__(self):
        self.time, self.number, self.used = NOW, 7, False
        self.own = OwnWrites(SimpleNamespace(eth=self))
        self.own.expect = lambda _block: None
        self.numbers = {"latest": 3, "pending": 3}
        self.usdc = SimpleNamespace(is_used=lambda _payer, _nonce: self.used, address=PAYER)
        self.w3 = SimpleNamespace(eth=self)
        self.logs, self.kinds = [], {}
        self.receipt = {"blockNumber": 7, "status": 1, "logs": [], "gasUsed": 21_000}

    @property
    def block_number(self):
        return self.number

    def get_block(self, _which):
        return {"timestamp": self.time, "number": self.number}

    def get_logs(self, _wanted):
        return self.logs

    def get_transaction_count(self, _account, block):
        return self.numbers[block]

    def get_transaction_receipt(self, transaction):
        return self.receipt | {"transactionHash": transaction}


@pytest.fixture
def node():
    return Node()


@pytest.fixture
def session(node):
    return client_of(node)


def client_of(node, *, gasless=False):
    url = None if node is None else "http://node"
    made = Session(Options(url, lambda _w3: None, None, gasless, None, 0.0))
    made._contracts = node
    made._wallet = SimpleNamespace(address=PAYER)
    return made


class Payment:
    """Pays by transactions of one's own; `salts` are those of its authorizations."""

    def __init__(self, session, *, nonce=NONCE, fails=None):
        self.session, self.nonce, self.fails = session, nonce, fails
        self.salts, self.sent = [], 0

    def steps(self):
        return paid_once(self.session, "the same", write_key(), self._act, lambda mined: mined)

    def once(self):
        return Blocking(self.session, None)._take(self.steps())

    def _act(self, attempt):
        self.salts.append(attempt.key.salt)
        attempt.nonce = self.nonce
        if self.nonce is not None:
            attempt.expires = max(attempt.expires, NOW + 3600)
        return (yield from attempt.send(self.session, self._send, lambda mined: mined))

    def _send(self, contracts, _wallet):
        contracts.own.sending()
        self.sent += 1
        raise self.fails or ChainProblem("the node is away")


class Turn:
    """The session's lock, which another write has until `taken` is set."""

    def __init__(self):
        self.asked, self.taken = threading.Event(), threading.Event()

    def __enter__(self):
        self.asked.set()
        self.taken.wait()

    def __exit__(self, *_problem):
        return None


async def cancelled(payment):
    """Cancel it while its thread waits for its turn; what is kept of it."""
    session = payment.session
    session._lock = turn = Turn()
    task = asyncio.create_task(Awaiting(session, None)._take(payment.steps()))
    try:
        await asyncio.to_thread(turn.asked.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        kept = session.attempts.take("the same")
        if kept is not None:
            session.attempts.keep("the same", kept)
        return kept
    finally:
        turn.taken.set()


def test_paid_once__cancelled_before_its_turn__takes_the_same_authorization(session):
    """API-7: what is signed may be somewhere, so that a fresh authorization would pay twice."""
    payment = Payment(session)
    assert asyncio.run(cancelled(payment)).nonce == NONCE
    with pytest.raises(ChainProblem):
        payment.once()

    assert (len(payment.salts), payment.sent) == (2, 1)
    assert len(set(payment.salts)) == 1


def test_paid_once__by_allowance__cancelled_before_its_turn__sends_nothing(session):
    """API-7: its thread does not begin any more, so that nothing is under way for good."""
    payment = Payment(session, nonce=None)

    assert asyncio.run(cancelled(payment)) is None
    assert payment.sent == 0
    with pytest.raises(ChainProblem, match="away"):
        payment.once()
    assert payment.sent == 1


async def cancelled_in_the_queue(payment, monkeypatch):
    """Cancel it while its thread waits for another one: there is one alone."""
    busy, free = threading.Event(), threading.Event()
    on_chain = payment.session.on_chain
    with ThreadPoolExecutor(1) as threads, monkeypatch.context() as patch:

        def behind_another(act):
            threads.submit(lambda: (busy.set(), free.wait()))
            return on_chain(act)

        patch.setattr(payment.session, "on_chain", behind_another)
        asyncio.get_running_loop().set_default_executor(threads)
        task = asyncio.create_task(Awaiting(payment.session, None)._take(payment.steps()))
        while not busy.is_set():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        free.set()


def test_paid_once__by_allowance__cancelled_before_its_thread__is_no_attempt(session, monkeypatch):
    """API-7: it was pending for good, because nobody was there to say that it had ended."""
    payment = Payment(session, nonce=None)
    asyncio.run(cancelled_in_the_queue(payment, monkeypatch))

    assert payment.sent == 0
    with pytest.raises(ChainProblem, match="away"):
        payment.once()
    assert payment.sent == 1


@pytest.mark.parametrize(
    ("latest", "pending", "again"),
    [(3, 3, True), (3, 4, False), (4, 4, True)],
    ids=["not there", "pending", "another's"],
)
@pytest.mark.parametrize("problem", [KeyboardInterrupt(), ConnectionError("foreign")])
def test_paid_once__by_allowance__broken_off__goes_by_the_number(
    session, node, problem, latest, pending, again
):
    """API-7: Ctrl-C, or an error of the wallet's, while it is sent: it may have left."""
    payment = Payment(session, nonce=None, fails=problem)
    with pytest.raises(type(problem)):
        payment.once()
    node.numbers |= {"latest": latest, "pending": pending}
    payment.fails = None
    with pytest.raises(ChainProblem if again else StillPending):
        payment.once()

    assert payment.sent == 1 + again


@pytest.mark.parametrize("is_shown", [True, False], ids=["logs", "no logs"])
def test_paid_once__by_allowance__failed_by_its_receipt__is_looked_for_in_the_logs(
    session, node, monkeypatch, is_shown
):
    """API-7: a receipt is one answer of many, and a retry would pay twice."""
    attempt = Attempt(write_key(), 7, transaction="0x" + "07" * 32)
    attempt.did = lambda event: event == "created"
    session.attempts.keep("the same", attempt)
    node.receipt["status"] = 0
    log = {"transactionHash": HexBytes(NONCE)}
    node.logs, node.kinds = [log] * is_shown, {PAYER.lower(): "RunEscrow"}
    monkeypatch.setattr(
        request_outcomes, "decode_events", lambda _kinds, logs: ("created",) if log in logs else ()
    )
    payment = Payment(session, nonce=None)
    monkeypatch.setattr(session, "shown", lambda mined, _look: found(mined))

    def found(mined):
        yield from ()
        return mined.event

    if is_shown:
        assert payment.once() == "created"
    else:
        with pytest.raises(ChainProblem, match="away"):
            payment.once()
    assert payment.sent == (not is_shown)


def test_paid_once__by_allowance__being_sent__is_pending(session):
    """API-7: nothing keeps an allowance from paying twice but waiting."""
    session.attempts.keep("the same", Attempt(write_key(), 7, is_being_sent=True))
    payment = Payment(session, nonce=None)
    for _ in range(2):
        with pytest.raises(StillPending, match="cancelled"):
            payment.once()

    assert payment.sent == 0


@pytest.mark.parametrize("problem", [ChainProblem("away"), KeyError("foreign")])
def test_paid_once__sending_fails__takes_the_same_authorization(session, problem):
    """API-7: whether it has left cannot be told by an error; once more it does no harm."""
    payment = Payment(session, fails=problem)
    for _ in range(2):
        with pytest.raises(type(problem)):
            payment.once()

    assert len(set(payment.salts)) == 1


@pytest.mark.parametrize(
    ("node_is_late", "we_are_late"), [(True, True), (True, False), (False, True)]
)
def test_paid_once__expired__is_forgotten_by_both_clocks_alone(
    session, node, monkeypatch, node_is_late, we_are_late
):
    """API-7: a node in the future may carry an authorization in a block of now."""
    payment, late = Payment(session), NOW + 3601
    with pytest.raises(ChainProblem):
        payment.once()
    node.time = late if node_is_late else NOW
    clock = SimpleNamespace(time=lambda: late if we_are_late else NOW)
    monkeypatch.setattr("agentescrow.sdk.payment_attempts.time", clock)
    with pytest.raises(ChainProblem):
        payment.once()

    assert len(set(payment.salts)) == (2 if node_is_late and we_are_late else 1)


def test_paid_once__asks_whether_it_is_used_after_the_clock(session, node, monkeypatch):
    """API-7: used between both questions, it would be taken for one that has expired unused."""
    payment, expected = Payment(session), []
    with pytest.raises(ChainProblem):
        payment.once()
    node.own.expect = expected.append
    node.usdc.is_used = lambda _payer, _nonce: expected == [node.number]
    with pytest.raises(StillPending):
        payment.once()


def test_paid_once__used_and_not_shown__is_pending(session, node):
    """API-7: even where it has expired: it has paid."""
    payment = Payment(session)
    with pytest.raises(ChainProblem):
        payment.once()
    node.used, node.time = True, NOW + 10**6
    for _ in range(2):
        with pytest.raises(StillPending, match=f"authorization 0x{NONCE.hex()}"):
            payment.once()

    assert payment.sent == 1


def test_paid_once__no_node__expired__takes_the_same_authorization(monkeypatch):
    """API-7: without a node nobody knows whether it has paid before it expired."""
    session = client_of(None, gasless=True)
    attempt = Attempt(write_key(), None, nonce=NONCE, expires=1)
    session.attempts.keep("the same", attempt)
    salts = []

    def act(again):
        salts.append(again.key.salt)
        yield from ()

    steps = paid_once(session, "the same", write_key(), act, lambda mined: mined)
    Blocking(session, None)._take(steps)

    assert salts == [attempt.key.salt]


def test_paid__request_by_allowance_is_signed__no_authorization_goes_beside_it(monkeypatch):
    """API-7: the allowance may come back, and nothing would keep both from paying."""
    monkeypatch.setattr("agentescrow.sdk.payment_attempts.name_of", lambda _request: "request 0x07")
    attempt = Attempt(write_key(), 7)
    attempt.paid(None, NOW)
    attempt.signed.append({"message": {"deadline": NOW}})

    with pytest.raises(StillPending, match=r"request 0x07.*both would pay"):
        attempt.paid(NONCE, NOW + 3600)

    assert attempt.nonce is None


@pytest.mark.parametrize(
    ("found", "again"),
    [
        ({"logs": [LOG]}, True),
        ({"status": 0}, True),
        ({"logs": []}, False),
        ({"blockNumber": None}, False),
    ],
    ids=["an approval", "failed", "logs to come", "not mined"],
)
def test_paid_once__by_allowance__own_transaction_did_something_else__pays(
    session, node, found, again
):
    """API-7: the approval before it was late, and it is mined: nothing is under way any more."""
    attempt = Attempt(write_key(), 7, transaction="0x" + "07" * 32)
    session.attempts.keep("the same", attempt)
    node.receipt |= found
    payment = Payment(session, nonce=None)
    with pytest.raises(ChainProblem if again else StillPending):
        payment.once()

    assert payment.sent == again


def test_is_settled__mined_between_two_questions__is_not(node, monkeypatch):
    """API-7: what was looked for a moment ago and is there now has paid."""
    node.receipt["logs"] = [LOG]
    monkeypatch.setattr(request_outcomes, "decode_events", lambda _kinds, _logs: ("created",))

    assert not request_outcomes.is_settled(node, HexBytes(NONCE), lambda event: event == "created")
    assert request_outcomes.is_settled(node, HexBytes(NONCE), lambda event: event == "another")
