"""A write whose node and relayer answer as they are told: what is to be signed, and how it ends."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from agentescrow.api.errors import ApiError
from agentescrow.api.idempotency import IdempotencyKey
from agentescrow.api.writes import Write, perform
from agentescrow.errors import ContractReverted, RelayerUnavailable
from agentescrow.store.people.idempotency import KeyName
from agentescrow.store.people.relays import FAILED, MINED, PENDING
from agentescrow.store.position import Block
from agentescrow.wire.relay import CallBody
from tests.unit.api.conftest import NOW

POSTER = "0x" + "a1" * 20
CALL = bytes.fromhex("12345678")
ID = "0x" + "1" * 64
KEY = KeyName(POSTER, "key-1")
BLOCK = Block(100, "0xa", "0x0", NOW, "")


class Admission:
    """Knows one request, and whether it could take another, as it is told; takes none."""

    def __init__(self, relay=None, unavailable=None):
        self.relay = relay
        self.unavailable = unavailable

    def find(self, _request_id):
        return self.relay

    def next_nonce(self, _signer):
        return 7

    @property
    def availability(self):
        return self

    def require_at_work(self):
        """Somebody relays; what is lacking is said later."""

    def require_payable(self, _target, _call, _signer, _head):
        if self.unavailable is not None:
            raise self.unavailable


class Pool:
    """Estimates as it is told, at a block of its own time."""

    def __init__(self, estimate=100_000):
        self.estimate = estimate

    def estimates(self, calls):
        self.calls = calls
        return [self.estimate]

    def head(self, _signer):
        return SimpleNamespace(time=NOW)


class Index:
    """At block 100."""

    @contextmanager
    def snapshot(self):
        yield SimpleNamespace(block=BLOCK)


def relay(status, **more):
    known = {"problem": None, "block_number": None, "settled": False, "tx_hash": None, **more}
    return SimpleNamespace(request_id=ID, status=status, **known)


@pytest.fixture
def act(service, database, indexed):
    """Performs a write that is not signed; the key knows a request where one is under way."""

    def performed(
        *, under_way=None, estimate=100_000, answer=None, check=lambda _: None, unavailable=None
    ):
        key = IdempotencyKey(database, KEY, "fingerprint")
        if under_way is not None:
            key.reserve(ID, lambda _: True)
        changed = {"admission": Admission(under_way, unavailable), "pool": Pool(estimate)}
        changed |= {"write_timeout": 0}
        body = CallBody.model_validate({"walletAddress": POSTER})
        target = service.deployment.runs
        write = Write(body, POSTER, target, CALL, check, lambda _snapshot, _relay: answer)
        mine = replace(service, **changed)
        return asyncio.run(perform(mine, Index(), key, write)), mine.pool, key

    return performed


def test_perform__unsigned__says_what_to_sign_with_gas_to_spare(act, service):
    """API-4: a quarter more than it takes now, the signer's next nonce, an hour by the chain."""
    with pytest.raises(ApiError) as asked:
        act(estimate=100_001)

    assert (asked.value.status, asked.value.error) == (401, "SIGNATURE_REQUIRED")
    message = asked.value.more["typedData"]["message"]
    assert (message["gas"], message["nonce"]) == (125_001, 7)
    assert (message["from"].lower(), message["to"]) == (POSTER, service.deployment.runs)
    assert message["deadline"] == NOW + 3_600
    assert message["data"] in (CALL, "0x12345678")


def test_perform__relayer_unavailable__asks_for_no_signature(act):
    """API-4: before anything is simulated, so that nobody signs a permit in vain either."""
    with pytest.raises(RelayerUnavailable):
        act(unavailable=RelayerUnavailable("nobody relays here", 30), estimate=ContractReverted)


def test_perform__contract_would_refuse__is_not_to_be_signed(act):
    """API-4: nobody signs in vain."""
    with pytest.raises(ContractReverted):
        act(estimate=ContractReverted("NotPoster", {}))


def test_perform__index_knows_better__asks_no_node(act):
    """API-3: what the index has against it comes first."""

    def refuse(_snapshot):
        raise ApiError(403, "NOT_ELIGIBLE", "No.")

    with pytest.raises(ApiError) as refused:
        act(check=refuse, estimate=ContractReverted("NotPoster", {}))
    assert refused.value.error == "NOT_ELIGIBLE"


@pytest.mark.parametrize(
    ("relayed", "shown"),
    [
        (relay(PENDING), {"a": 1}),
        (relay(MINED, block_number=101), {"a": 1}),
        (relay(MINED, block_number=100), None),
    ],
    ids=["not mined", "not indexed", "not shown yet"],
)
def test_perform__after_the_timeout__is_202_with_where_to_ask(act, relayed, shown):
    """API-4: it may be mined and not be indexed, which answers nothing yet."""
    answer, _, key = act(under_way=relayed, answer=shown)

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/requests/{ID}"
    assert key.stored_response() is None


def test_perform__mined_and_indexed__is_the_answer_and_is_kept(act):
    """API-4: at the block of the index itself, too."""
    answer, _, key = act(under_way=relay(MINED, block_number=100), answer={"a": 1})

    assert (answer.status_code, answer.body) == (200, b'{"a":1}')
    assert key.stored_response() == '{"a":1}'


@pytest.mark.parametrize("settled", [False, True])
def test_perform__transaction_failed__says_why_and_frees_the_key_once_it_is_for_good(
    act, database, settled
):
    """API-4: until then both this one and another could still work."""
    failed = relay(FAILED, settled=settled, problem="The run was cancelled.")
    with pytest.raises(ApiError) as refused:
        act(under_way=failed)

    assert (refused.value.status, refused.value.error) == (400, "TRANSACTION_FAILED")
    assert refused.value.detail == "The run was cancelled."
    assert IdempotencyKey(database, KEY, "fingerprint").relayed_request() == (
        None if settled else ID
    )
