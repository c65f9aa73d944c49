"""Relayers as processes, on both databases.

given a queue of signed requests
  when the relayer is killed again and again: each request is mined once, without a gap of nonces
  when another relayer has the turn: a second one waits, and goes on when it is over
  when many submit at once: nobody sees a conflict of the database
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time

import pytest

from agentescrow.store.people.relayer_lock import RelayTurn
from tests.killed import kill_before, relay
from tests.relayer.conftest import BOTH, new_sender
from tests.relayer.test_sender import nonce_of, runs, statuses
from tests.waiting import until

RELAY = [sys.executable, "-c", "from agentescrow.cli.main import main; main()", "relay"]
STATEMENTS = 20  # from the start until all is sent and written down, and again

pytestmark = BOTH


@pytest.fixture
def start(ground, url, database, tmp_path):
    """Starts `agentescrow relay` on the database."""
    started = []

    def run_command():
        options = ["--rpc-url", ground.chain.url, "--database-url", url]
        command = [*RELAY, *options, "--deployment", str(ground.record)]
        key = {"RELAYER_KEY": ground.chain.accounts["relayer"].key.to_0x_hex()}
        started.append(
            subprocess.Popen(
                command,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **key},
                cwd=tmp_path,
            )
        )
        return started[-1]

    yield run_command
    for process in started:
        with process:  # which closes its pipes
            process.kill()


def test_relay__killed_again_and_again__each_is_mined_once(
    ground, url, database, pool, admission, signers
):
    """API-4: kill -9 anywhere neither loses nor doubles a request."""
    before, chosen = nonce_of(ground), random.Random(7)
    key = ground.chain.accounts["relayer"].key.to_0x_hex()
    process = (relay, url, ground.chain.url, str(ground.record), key)
    ground.rpc("evm_setAutomine", False)  # so that every relayer finds some under way
    relays = []
    for signer in signers:
        relays.append(admission.submit(ground.request(signer)))
        kill_before(chosen.randint(1, STATEMENTS), *process)
    ground.rpc("evm_mine")
    ground.rpc("evm_setAutomine", True)
    sender = new_sender(database, pool, ground, time.time)
    until(lambda: set(statuses(admission, relays)) == {"mined"}, meanwhile=sender.step)

    nonces = [admission.find(relay.request_id).nonce for relay in relays]
    assert nonces == list(range(before, before + len(signers)))
    assert nonce_of(ground) == before + len(signers)
    assert runs(ground) == len(signers)


def test_relay__another_has_the_turn__waits(ground, database, admission, start, poster):
    """API-4: two on one database do not send the same queue."""
    turn = RelayTurn(database)
    assert turn.take()
    relay = admission.submit(ground.request(poster))
    process = start()
    assert "The database is" in process.stderr.readline()
    assert "Relaying from" in process.stderr.readline()
    assert "another relayer sends the requests of this database" in process.stderr.readline()
    assert signed_of(admission, [relay]) == 0

    turn.give_back()
    until(lambda: statuses(admission, [relay]) == ["mined"])


def test_turn__held__is_nobody_elses(database):
    """API-4: the turn is taken once, and kept however often it is asked for."""
    first, second = RelayTurn(database), RelayTurn(database)

    assert first.take()
    assert first.take()
    assert not second.take()
    first.give_back()
    assert second.take()
    second.give_back()


def test_submit__from_many_threads__no_conflict_is_seen(ground, admission, sender, signers):
    """API-4: the database serves one after the other; a replay finds the first."""
    requests = [ground.request(signer) for signer in signers[:10]]
    answers = []
    threads = [
        threading.Thread(target=lambda each=request: answers.append(admission.submit(each)))
        for request in requests
        for _ in range(3)
    ]
    stepping = [threading.Thread(target=sender.step) for _ in range(3)]
    for thread in (*threads, *stepping):
        thread.start()
    for thread in (*threads, *stepping):
        thread.join()
    relays = admission.submit_all(requests)
    until(lambda: "pending" not in statuses(admission, relays), meanwhile=sender.step)

    assert len(answers) == 30
    assert statuses(admission, relays) == ["mined"] * 10
    assert runs(ground) == 10


def signed_of(admission, relays):
    return sum(admission.find(relay.request_id).nonce is not None for relay in relays)
