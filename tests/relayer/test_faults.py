"""Nodes and databases that fail while the relayer runs: nothing ends it, nothing is lost.

given a relayer that runs
  when the node answers nonsense, a part, nothing, or refuses: it goes on once the node is well
  when the node is far behind: nothing is taken back
  when the database drops its connections: it goes on with new ones
  when anything unforeseen happens: it goes on, and says what
given a request that comes meanwhile
  when the node answers nonsense: that is the chain's problem, not an unexpected error
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from agentescrow.chain.pool import Pool
from agentescrow.errors import ChainProblem
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.loop import run
from agentescrow.store.people.relayer_lock import RelayTurn
from tests.indexer.faulty_node import FaultyNode, broken_off, busy, down
from tests.relayer.conftest import at_work, new_sender
from tests.relayer.test_processes import until
from tests.relayer.test_sender import runs, statuses, work


def page(_questions, _answers):
    """A page for people, with status 200: what stands before the node is not well."""
    return 200, b"<html>One moment, please</html>"


def nulls(_questions, answers):
    """Nothing is known: half synced."""
    return 200, json.dumps([{**answer, "result": None} for answer in answers]).encode()


def without_results(_questions, answers):
    """Neither a result nor an error."""
    bare = [{key: answer[key] for key in ("jsonrpc", "id")} for answer in answers]
    return 200, json.dumps(bare).encode()


def refuses_all(_questions, _answers):
    """One error for the whole batch: the way of Alchemy when there are too many."""
    error = {"code": 429, "message": "Your app has exceeded its compute units per second capacity"}
    return 200, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()


FAULTS = pytest.mark.parametrize(
    "fault",
    [busy, down, broken_off, page, nulls, without_results, refuses_all],
    ids=lambda fault: fault.__name__,
)


@contextmanager
def running(sender, database):
    """The loop, in a thread as `serve` has it."""
    ended = threading.Event()
    thread = threading.Thread(target=run, args=(sender, RelayTurn(database), ended), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        ended.set()
        thread.join()


@FAULTS
def test_run__node_answers_wrongly__goes_on(ground, database, admission, poster, fault):
    """API-4: whatever a node says, the relayer does not end."""
    with FaultyNode(ground.chain.url) as node:
        faults = []

        def next_fault():
            faults.append(fault)
            return fault if len(faults) <= 2 else None

        node.fault = next_fault
        relay = admission.submit(ground.request(poster))
        with running(new_sender(database, Pool(node.url), ground, time.time), database):
            until(lambda: statuses(admission, [relay]) == ["mined"])
    assert runs(ground) == 1


@FAULTS
def test_submit__node_answers_wrongly__is_a_problem_of_the_chain(
    ground, database, pool, clock, limits, poster, fault
):
    """API-4: 503 for the client, who comes again; nothing is queued."""
    request = ground.request(poster)
    at_work(database, pool, ground, clock)
    with FaultyNode(ground.chain.url) as node:
        node.fault = lambda: fault
        deployment = ground.contracts.deployment
        admission = Admission(database, Pool(node.url), deployment, limits, clock)
        with pytest.raises(ChainProblem):
            admission.submit(request)
        node.fault = lambda: None
        assert admission.submit(request).status == "pending"


def test_run__anything_unforeseen__is_logged_and_goes_on(
    ground, database, admission, sender, poster, monkeypatch, caplog
):
    """API-4: a relayer that ended inside `serve` would take requests and never send them."""
    relay = admission.submit(ground.request(poster))
    faults = [OSError("no space left on device"), RuntimeError("a mistake of ours")]
    step = sender.step
    monkeypatch.setattr(sender, "step", lambda: step() if not faults else _raise(faults.pop()))
    with running(sender, database):
        until(lambda: statuses(admission, [relay]) == ["mined"])
    assert "no space left on device" in caplog.text
    assert "a mistake of ours" in caplog.text


def far_behind(questions, answers):
    """It has begun to read the chain: its blocks are of long ago, and so are the accounts."""
    for question, answer in zip(questions, answers, strict=True):
        if question["method"] == "eth_getBlockByNumber":
            answer["result"] |= {"number": "0x1"}
        if question["method"] == "eth_getTransactionCount":
            answer["result"] = "0x0"
        if question["method"] == "eth_getTransactionReceipt":
            answer["result"] = None
    return 200, json.dumps(answers).encode()


def test_step__node_is_far_behind__what_is_for_good_stays(
    ground, database, admission, clock, poster
):
    """API-4: a node that has not come so far yet takes nothing back."""
    relay = admission.submit(ground.request(poster))
    with FaultyNode(ground.chain.url) as node:
        sender = new_sender(database, Pool(node.url), ground, clock, depth=2, reach=1)
        work(sender, ground, steps=4)
        assert admission.find(relay.request_id).settled
        node.fault = lambda: far_behind
        sender.step()
    assert statuses(admission, [relay]) == ["mined"]
    assert admission.find(relay.request_id).settled


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_run__database_drops_its_connections__goes_on(ground, database, admission, signers):
    """API-4: PostgreSQL is restarted; the turn is taken anew."""
    sender = new_sender(database, Pool(ground.chain.url), ground, time.time)
    with running(sender, database):
        for signer in signers[:8]:
            relay = admission.submit(ground.request(signer))
            until(lambda relay=relay: statuses(admission, [relay]) == ["mined"])
            drop_connections(database)
    assert runs(ground) == 8


def drop_connections(database):
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with database.connect() as connection:
        connection.execute(text(f"{others} AND datname = current_database()"))
    database.dispose()


def _raise(error):
    raise error


def test_step__receipts_before_their_block__are_none_yet(ground, database, admission, clock):
    """API-4: what is announced in advance has no block to be settled at, and breaks nothing."""
    relay = admission.submit(ground.request(ground.wallet("poster")))
    early = {"blockNumber": None, "blockHash": None, "transactionIndex": None}

    def announced(questions, answers):
        for question, answer in zip(questions, answers, strict=True):
            if question["method"] == "eth_getTransactionReceipt" and answer["result"]:
                answer["result"] |= early
        return 200, json.dumps(answers).encode()

    with FaultyNode(ground.chain.url) as node:
        sender = new_sender(database, Pool(node.url), ground, clock)
        sender.step()
        node.fault = lambda: announced
        sender.step()
        assert admission.find(relay.request_id).status == "pending"
        node.fault = lambda: None
        sender.step()

    assert admission.find(relay.request_id).status == "mined"
