"""What an Idempotency-Key remembers, whoever else comes with it meanwhile (API-4)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert

from agentescrow.api import idempotency
from agentescrow.api.errors import ApiError
from agentescrow.api.idempotency import Retries
from agentescrow.store.database import DatabaseBusy, write_transaction
from agentescrow.store.people.idempotency import KeyName, find_key
from agentescrow.store.position import Block
from agentescrow.store.tables import blocks
from agentescrow.store.undo import take_back
from agentescrow.wire.relay import CallBody

FIRST, SECOND = "0x" + "1" * 64, "0x" + "2" * 64
ACCOUNT, OTHER = "0x" + "a" * 40, "0x" + "b" * 40
BLOCK = Block(7, "0xa", "0x0", 1, "")


@pytest.fixture
def clock(monkeypatch):
    """Goes on when it is told to."""
    now = [1_700_000_000]
    monkeypatch.setattr(idempotency.time, "time", lambda: now[0])
    return now


@pytest.fixture
def retries(database):
    """Makes what one request knows of a key."""
    return lambda meaning="pay", key="key-1", signer=ACCOUNT: Retries(
        database, None if key is None else KeyName(signer, key), meaning
    )


@pytest.fixture
def indexed(database):
    """Says of which blocks the index is, by number and hash; the last one is the latest."""

    def at(*numbered):
        rows = [
            {"number": number, "hash": each, "parent_hash": "0x0", "time": 1, "digest": ""}
            for number, each in numbered
        ]
        with database.begin() as connection:
            connection.execute(delete(blocks))
            connection.execute(insert(blocks), rows)
        return Block(*rows[-1].values())

    return at


def known(*request_ids):
    return lambda request_id: request_id in request_ids


def test_choose__first_signed_request__is_the_one_for_all_that_come(retries, clock):
    """API-4: whatever is signed anew."""
    assert retries().chosen() is None
    assert retries().choose(FIRST, known()) == FIRST
    assert retries().choose(FIRST, known()) == FIRST
    assert retries().chosen() == FIRST
    assert retries().choose(SECOND, known(FIRST)) == FIRST


def test_choose__while_the_first_is_looked_at__is_busy_for_a_minute(retries, clock):
    """API-4: it may be taken yet; one that came to nothing does not hold the key for ever."""
    retries().choose(FIRST, known())
    clock[0] += 59
    with pytest.raises(ApiError) as refused:
        retries().choose(SECOND, known())
    assert (refused.value.status, refused.value.error) == (409, "IDEMPOTENCY_KEY_BUSY")

    clock[0] += 1
    assert retries().choose(SECOND, known()) == SECOND
    assert retries().choose(FIRST, known(SECOND)) == SECOND


def test_give_up__refused_request__leaves_the_key_to_another(retries, clock):
    """API-4: it moved nothing; that of another request stays."""
    retries().choose(FIRST, known())
    retries().give_up(SECOND)
    assert retries().chosen() == FIRST

    retries().give_up(FIRST)
    assert retries().chosen() is None
    assert retries().choose(SECOND, known()) == SECOND


def test_keep__success__is_repeated_while_its_block_is_one_of_the_chain(retries, clock, indexed):
    """API-4: byte for byte; where the chain has taken it back, nothing is said of it."""
    block = indexed((7, "0xa"))
    assert retries().begin() is None
    retries().keep(b'{"a": 1}', block)

    for later in ([(7, "0xa"), (8, "0xb")], [(900, "0xc")]):
        indexed(*later)
        assert retries().begin() == '{"a": 1}'
    for other in ([(7, "0xd")], [(7, "0xd"), (8, "0xe")], [(6, "0xf")]):
        indexed(*other)
        assert retries().begin() is None
    retries().keep(b'{"a": 2}', indexed((8, "0xb")))
    assert retries().begin() == '{"a": 2}'


def test_keep__block_taken_back_before_a_long_gap__is_forgotten(database, retries, clock, indexed):
    """API-4: the blocks in its place are indexed at once, and none of them is kept."""
    block = indexed((7, "0xa"))
    retries().keep(b'{"a": 1}', block)
    with database.begin() as connection:
        take_back(connection, 6)
    indexed((900, "0xc"))

    assert retries().begin() is None


def test_keep__block_taken_back_meanwhile__keeps_nothing(retries, clock, indexed):
    """API-4: between the look at the index and this."""
    block = indexed((7, "0xa"))
    indexed((7, "0xd"))
    retries().keep(b'{"a": 1}', block)
    indexed((900, "0xc"))

    assert retries().begin() is None


def test_key__of_another_signer__is_another_key(retries, clock, indexed):
    """API-4: nobody takes another's key, nor reads what stands under it."""
    retries().choose(FIRST, known())
    retries().keep(b"{}", indexed((7, "0xa")))

    theirs = retries("another meaning", signer=OTHER)
    assert (theirs.begin(), theirs.chosen()) == (None, None)
    assert theirs.choose(SECOND, known(FIRST)) == SECOND
    assert retries().chosen() == FIRST


@pytest.mark.parametrize(
    "use",
    [
        lambda other: other.begin(),
        lambda other: other.choose(SECOND, known(FIRST)),
        lambda other: other.keep(b"{}", BLOCK),
    ],
    ids=["begin", "choose", "keep"],
)
def test_key__of_something_else__is_422_at_every_step(retries, clock, use):
    """API-4: also where it came between two looks at it."""
    retries().choose(FIRST, known())

    with pytest.raises(ApiError) as refused:
        use(retries("another meaning"))
    assert (refused.value.status, refused.value.error) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert retries().chosen() == FIRST
    assert retries().begin() is None


def test_key__after_a_day__is_forgotten(retries, database, clock):
    """API-4: kept for a day, and not a second less."""
    retries().choose(FIRST, known())
    for seconds, kept in ((86_400, True), (1, False)):
        clock[0] += seconds
        retries(key=f"key-{clock[0]}").choose(SECOND, known())
        with database.connect() as connection:
            assert (find_key(connection, KeyName(ACCOUNT, "key-1")) is not None) is kept


def test_key__absent__remembers_nothing(retries, clock):
    """API-4: a client that needs none has none."""
    none = retries(key=None)
    none.keep(b"{}", BLOCK)
    none.give_up(FIRST)

    assert (none.begin(), none.chosen()) == (None, None)
    assert none.choose(FIRST, known()) == FIRST
    assert none.choose(SECOND, known(FIRST)) == SECOND


def test_of__signed_and_unsigned__mean_the_same_and_another_body_does_not(database):
    """API-4: the retry that answers a 401 has the same key."""
    request = {"from": ACCOUNT, "to": OTHER, "gas": 1, "nonce": 0, "deadline": 1, "data": "0x"}
    plain = CallBody.model_validate({"walletAddress": ACCOUNT})
    signed = CallBody.model_validate(
        {"walletAddress": ACCOUNT, "request": request, "signature": "0x00"}
    )
    other = CallBody.model_validate({"walletAddress": OTHER})
    meaning = Retries.of(database, "key", ACCOUNT, "/api/runs/1/start", plain).meaning

    assert Retries.of(database, "key", ACCOUNT, "/api/runs/1/start", signed).meaning == meaning
    assert Retries.of(database, "key", ACCOUNT, "/api/runs/2/start", plain).meaning != meaning
    assert Retries.of(database, "key", ACCOUNT, "/api/runs/1/start", other).meaning != meaning


def test_choose__database_is_busy__is_tried_three_times(retries, monkeypatch):
    """API-4: another process wrote the same key meanwhile; more than that is no chance."""
    busy = DatabaseBusy("INSERT", {}, Exception("database is locked"))

    def fails(times):
        tried = []

        def write(engine):
            tried.append(engine)
            if len(tried) <= times:
                raise busy
            return write_transaction(engine)

        monkeypatch.setattr(idempotency, "write_transaction", write)
        return tried

    tried = fails(2)
    assert retries().choose(FIRST, known()) == FIRST
    assert len(tried) == 3
    tried = fails(9)
    with pytest.raises(DatabaseBusy):
        retries().choose(FIRST, known())
    assert len(tried) == 3
