"""Payments that are tried again, by a client whose node and API are made up.

given a transaction of one's own whose task was cancelled while its thread waits for its turn
  when an authorization pays: the same once more takes the same one
  when an allowance pays: the same once more waits
given one that has failed: the same once more takes the same authorization
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from agentescrow.errors import ChainProblem, StillPending
from agentescrow.sdk.attempts import Attempt, paid_once
from agentescrow.sdk.session import Options, Session
from agentescrow.sdk.shells import Awaiting, Blocking
from agentescrow.sdk.write_key import write_key

PAYER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
NOW = 1_800_000_000
NONCE = b"\x07" * 32


class Node:
    """What a client asks its node, and what it answers."""

    def __init__(self):
        self.time, self.number, self.used = NOW, 7, False
        self.own = SimpleNamespace(count=0, expect=lambda _block: None)
        self.usdc = SimpleNamespace(is_used=lambda _payer, _nonce: self.used, address=PAYER)
        self.w3 = SimpleNamespace(eth=self)
        self.logs = []

    @property
    def block_number(self):
        return self.number

    def get_block(self, _which):
        return {"timestamp": self.time, "number": self.number}

    def get_logs(self, _wanted):
        return self.logs


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

    def _send(self, _contracts, _wallet):
        self.sent += 1
        raise self.fails or ChainProblem("the node is away")


async def cancelled(payment):
    """Cancel it while its thread waits for its turn, which another write has; what is kept."""
    sending = asyncio.Event()

    class Shell(Awaiting):
        async def _done(self, step):
            if payment.salts:  # what comes before is no sending
                sending.set()
            return await super()._done(step)

    with payment.session._lock:
        task = asyncio.create_task(Shell(payment.session, None)._take(payment.steps()))
        await sending.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        kept = payment.session.attempts.take("the same")
        if kept is not None:
            payment.session.attempts.keep("the same", kept)
        return kept


def test_paid_once__cancelled_before_its_turn__takes_the_same_authorization(session):
    """API-7: the thread sends all the same, so that a fresh authorization would pay twice."""
    payment = Payment(session)
    asyncio.run(cancelled(payment))
    with pytest.raises(ChainProblem):
        payment.once()

    assert len(payment.salts) == 2
    assert len(set(payment.salts)) == 1


def test_paid_once__by_allowance__cancelled_before_its_turn__is_kept(session):
    """API-7: its thread still sends."""
    payment = Payment(session, nonce=None)

    assert asyncio.run(cancelled(payment)).is_being_sent


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
