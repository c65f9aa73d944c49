"""Two relayers with one key, each with a database of its own (API-4).

given a relayer that is at work
  when another database's relayer sends requests with the same key: it stops, and says why
  when the key's owner sends anything else with it: it goes on
given a database that takes the place of another
  when its relayer begins: what the other one sent is left alone
"""

from __future__ import annotations

import threading

import pytest

from agentescrow.errors import KeyShared, RelayerUnavailable
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.loop import run
from agentescrow.store.database import migrate, open_database
from agentescrow.store.people.relayer_lock import RelayTurn
from tests.relayer.conftest import new_sender
from tests.relayer.test_sender import nonce_of, statuses, work


@pytest.fixture
def other(tmp_path, pool, ground, limits, clock):
    """Another database, its door and its relayer, at work with the same key."""
    engine = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    sender = new_sender(engine, pool, ground, clock)
    sender.step()
    yield Admission(engine, pool, ground.contracts.deployment, limits, clock), sender
    engine.dispose()


def test_step__another_database_sends_with_the_key__stops(ground, admission, sender, other, poster):
    """API-4: noticed with the first nonce that was given to nobody here."""
    sender.step()
    their_door, theirs = other
    their_door.submit(ground.request(poster))
    work(theirs, ground, steps=1)

    with pytest.raises(KeyShared, match=f"another relayer sends with the key of {sender.address}"):
        sender.step()
    work(theirs, ground, steps=1)  # the one that was there alone goes on


def test_step__both_took_the_same_nonce__the_slower_stops(
    ground, admission, sender, other, signers, clock
):
    """API-4: they would outbid each other, and each would take the other's nonces, for ever."""
    their_door, theirs = other
    ground.rpc("evm_setAutomine", False)
    mine = admission.submit(ground.request(signers[0]))
    their_door.submit(ground.request(signers[1]))
    theirs.step()
    sender.step()
    ground.rpc("evm_mine")
    sender.step()
    clock.now += 4
    with pytest.raises(KeyShared):
        sender.step()
    assert statuses(admission, [mine]) == ["pending"]


def test_step__what_an_earlier_database_sent__is_left_alone(
    ground, admission, sender, other, poster
):
    """API-4: a database that was lost, or restored from a copy, is replaced by another."""
    their_door, theirs = other
    their_door.submit(ground.request(poster))
    work(theirs, ground, steps=2)

    relay = admission.submit(ground.request(poster))
    work(sender, ground, steps=2)

    assert statuses(admission, [relay]) == ["mined"]


def test_run__another_database_has_the_key__ends_and_refuses_at_the_door(
    ground, database, admission, sender, other, poster, signers
):
    """API-4: nobody hands it a request any more, and everybody is told why."""
    sender.step()
    their_door, theirs = other
    their_door.submit(ground.request(poster))
    work(theirs, ground, steps=1)

    with pytest.raises(KeyShared):
        run(sender, RelayTurn(database), threading.Event())
    with pytest.raises(RelayerUnavailable, match="another relayer sends with the key"):
        admission.submit(ground.request(signers[0]))


def test_step__the_owner_sends_with_the_key__goes_on(ground, admission, sender, poster):
    """API-4: ETH that is taken out is no other relayer."""
    sender.step()
    ground.pay(sender.address, poster.address)
    before = nonce_of(ground)
    relay = admission.submit(ground.request(poster))
    work(sender, ground, steps=2)

    assert admission.find(relay.request_id).nonce == before
    assert statuses(admission, [relay]) == ["mined"]
