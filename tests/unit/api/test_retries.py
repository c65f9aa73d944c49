"""What an Idempotency-Key remembers, whoever else comes with it meanwhile (API-4)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert

from agentescrow.api import idempotency
from agentescrow.api.errors import ApiError
from agentescrow.api.idempotency import IdempotencyKey
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
def key(database):
    """Makes what one request knows of a key."""
    return lambda fingerprint="pay", name="key-1", signer=ACCOUNT: IdempotencyKey(
        database, None if name is None else KeyName(signer, name), fingerprint
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


def test_reserve__first_signed_request__is_the_one_for_all_that_come(key, clock):
    """API-4: whatever is signed anew."""
    assert key().relayed_request() is None
    assert key().reserve(FIRST, known()) == FIRST
    assert key().reserve(FIRST, known()) == FIRST
    assert key().relayed_request() == FIRST
    assert key().reserve(SECOND, known(FIRST)) == FIRST


def test_reserve__while_the_first_is_looked_at__is_busy_for_a_minute(key, clock):
    """API-4: it may be taken yet; one that came to nothing does not hold the key for ever."""
    key().reserve(FIRST, known())
    clock[0] += 59
    with pytest.raises(ApiError) as refused:
        key().reserve(SECOND, known())
    assert (refused.value.status, refused.value.error) == (409, "IDEMPOTENCY_KEY_BUSY")

    clock[0] += 1
    assert key().reserve(SECOND, known()) == SECOND
    assert key().reserve(FIRST, known(SECOND)) == SECOND


def test_release__refused_request__leaves_the_key_to_another(key, clock):
    """API-4: it moved nothing; that of another request stays."""
    key().reserve(FIRST, known())
    key().release(SECOND)
    assert key().relayed_request() == FIRST

    key().release(FIRST)
    assert key().relayed_request() is None
    assert key().reserve(SECOND, known()) == SECOND


def test_store_response__success__is_repeated_while_its_block_is_one_of_the_chain(
    key, clock, indexed
):
    """API-4: byte for byte; where the chain has taken it back, nothing is said of it."""
    block = indexed((7, "0xa"))
    assert key().stored_response() is None
    key().store_response(b'{"a": 1}', block)

    for later in ([(7, "0xa"), (8, "0xb")], [(900, "0xc")]):
        indexed(*later)
        assert key().stored_response() == '{"a": 1}'
    for other in ([(7, "0xd")], [(7, "0xd"), (8, "0xe")], [(6, "0xf")]):
        indexed(*other)
        assert key().stored_response() is None
    key().store_response(b'{"a": 2}', indexed((8, "0xb")))
    assert key().stored_response() == '{"a": 2}'


def test_store_response__block_taken_back_before_a_long_gap__is_forgotten(
    database, key, clock, indexed
):
    """API-4: the blocks in its place are indexed at once, and none of them is kept."""
    block = indexed((7, "0xa"))
    key().store_response(b'{"a": 1}', block)
    with database.begin() as connection:
        take_back(connection, 6)
    indexed((900, "0xc"))

    assert key().stored_response() is None


def test_store_response__block_taken_back_meanwhile__keeps_nothing(key, clock, indexed):
    """API-4: between the look at the index and this."""
    block = indexed((7, "0xa"))
    indexed((7, "0xd"))
    key().store_response(b'{"a": 1}', block)
    indexed((900, "0xc"))

    assert key().stored_response() is None


def test_key__of_another_signer__is_another_key(key, clock, indexed):
    """API-4: nobody takes another's key, nor reads what stands under it."""
    key().reserve(FIRST, known())
    key().store_response(b"{}", indexed((7, "0xa")))

    theirs = key("another fingerprint", signer=OTHER)
    assert (theirs.stored_response(), theirs.relayed_request()) == (None, None)
    assert theirs.reserve(SECOND, known(FIRST)) == SECOND
    assert key().relayed_request() == FIRST


@pytest.mark.parametrize(
    "use",
    [
        lambda other: other.stored_response(),
        lambda other: other.reserve(SECOND, known(FIRST)),
        lambda other: other.store_response(b"{}", BLOCK),
    ],
    ids=["stored_response", "reserve", "store_response"],
)
def test_key__of_something_else__is_422_at_every_step(key, clock, use):
    """API-4: also where it came between two looks at it."""
    key().reserve(FIRST, known())

    with pytest.raises(ApiError) as refused:
        use(key("another fingerprint"))
    assert (refused.value.status, refused.value.error) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert key().relayed_request() == FIRST
    assert key().stored_response() is None


def test_key__after_a_day__is_forgotten(key, database, clock):
    """API-4: kept for a day, and not a second less."""
    key().reserve(FIRST, known())
    for seconds, kept in ((86_400, True), (1, False)):
        clock[0] += seconds
        key(name=f"key-{clock[0]}").reserve(SECOND, known())
        with database.connect() as connection:
            assert (find_key(connection, KeyName(ACCOUNT, "key-1")) is not None) is kept


def test_key__absent__remembers_nothing(key, clock):
    """API-4: a client that needs none has none."""
    none = key(name=None)
    none.store_response(b"{}", BLOCK)
    none.release(FIRST)

    assert (none.stored_response(), none.relayed_request()) == (None, None)
    assert none.reserve(FIRST, known()) == FIRST
    assert none.reserve(SECOND, known(FIRST)) == SECOND


def test_of__signed_and_unsigned__mean_the_same_and_another_body_does_not(database):
    """API-4: the retry that answers a 401 has the same key."""
    request = {"from": ACCOUNT, "to": OTHER, "gas": 1, "nonce": 0, "deadline": 1, "data": "0x"}
    plain = CallBody.model_validate({"walletAddress": ACCOUNT})
    signed = CallBody.model_validate(
        {"walletAddress": ACCOUNT, "request": request, "signature": "0x00"}
    )
    other = CallBody.model_validate({"walletAddress": OTHER})
    same = IdempotencyKey.of(database, "key", ACCOUNT, "/api/runs/1/start", plain).fingerprint

    assert (
        IdempotencyKey.of(database, "key", ACCOUNT, "/api/runs/1/start", signed).fingerprint == same
    )
    assert (
        IdempotencyKey.of(database, "key", ACCOUNT, "/api/runs/2/start", plain).fingerprint != same
    )
    assert (
        IdempotencyKey.of(database, "key", ACCOUNT, "/api/runs/1/start", other).fingerprint != same
    )


def test_reserve__database_is_busy__is_tried_three_times(key, monkeypatch):
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
    assert key().reserve(FIRST, known()) == FIRST
    assert len(tried) == 3
    tried = fails(9)
    with pytest.raises(DatabaseBusy):
        key().reserve(FIRST, known())
    assert len(tried) == 3
