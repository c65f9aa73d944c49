"""Receipts that come before their block, before their logs, or of something else.

given a transaction that was sent
  when its receipt has no block yet, or another's hash: it is none yet
  when it has worked and its logs are missing: it is waited for, and taken as it is in the end
  when the node's answer cannot be read: it is asked again
  when nothing comes in time: the error names the transaction
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hexbytes import HexBytes
from web3.exceptions import TransactionNotFound

from agentescrow.chain import transactions
from agentescrow.chain.events import RunCreated
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.transactions import mined, mined_receipt
from agentescrow.errors import TransactionFailed

HASH = HexBytes(b"\x07" * 32)
RECEIPT = {
    "transactionHash": HASH,
    "blockNumber": 5,
    "blockHash": HexBytes(b"\x01" * 32),
    "status": 1,
    "logs": [],
    "gasUsed": 21_000,
}
EARLY = {
    "no number": {"blockNumber": None},
    "no hash": {"blockHash": None},
    "a hash of zeros": {"blockHash": HexBytes(b"\0" * 32)},
    "neither": {"blockNumber": None, "blockHash": None},
    "another transaction": {"transactionHash": HexBytes(b"\x08" * 32)},
}


def node(*answers):
    """A node that gives these answers, and then the last one for ever."""
    left = list(answers)

    def answer(_hash):
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    return SimpleNamespace(eth=SimpleNamespace(get_transaction_receipt=answer))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(transactions, "_FIRST_PAUSE", 0)


@pytest.mark.parametrize("change", EARLY.values(), ids=EARLY)
def test_mined_receipt__too_early__is_none_yet(change):
    """API-7: preconfirmations, and some older nodes."""
    w3 = node(RECEIPT | change, RECEIPT | change, RECEIPT)

    assert mined_receipt(w3, HASH, 60) == RECEIPT


@pytest.mark.parametrize("change", EARLY.values(), ids=EARLY)
def test_mined_receipt__too_early_for_ever__names_the_transaction(change):
    """API-7: it is paid, so that nobody may take it for nothing."""
    with pytest.raises(TransactionFailed, match="its block is not known") as failed:
        mined_receipt(node(RECEIPT | change), HASH, -1)

    assert failed.value.transaction == HASH.to_0x_hex()


@pytest.mark.parametrize(
    "problem", [TransactionNotFound("no"), TypeError("None"), KeyError("{logs}"), ValueError("0xg")]
)
def test_mined_receipt__nonsense_for_a_while__is_asked_again(problem):
    """API-7: nothing but errors of this package leaves once something was sent."""
    assert mined_receipt(node(problem, RECEIPT), HASH, 60) == RECEIPT
    with pytest.raises(TransactionFailed, match="it was sent"):
        mined_receipt(node(problem), HASH, -1)


@pytest.mark.parametrize("name", ["gasUsed", "logs", "status"])
def test_mined_receipt__a_part_is_missing__is_asked_again(name):
    """API-7: a foreign error would look as if nothing was sent."""
    part = {key: value for key, value in RECEIPT.items() if key != name}

    assert mined_receipt(node(part, RECEIPT), HASH, 60) == RECEIPT
    with pytest.raises(TransactionFailed, match=f"it was sent.*{name}"):
        mined_receipt(node(part), HASH, -1)


def test_mined_receipt__logs_come_later__are_waited_for():
    """API-7: a run that exists is never one that emitted nothing."""
    whole = RECEIPT | {"logs": ["a log"]}

    assert (
        mined_receipt(node(RECEIPT, RECEIPT, whole), HASH, 60, lambda r: bool(r["logs"])) == whole
    )


def test_mined_receipt__failed__has_no_logs():
    """API-7: nothing is waited for then."""
    failed = RECEIPT | {"status": 0}

    assert mined_receipt(node(failed), HASH, 60, lambda r: bool(r["logs"])) == failed


def test_mined__logs_never_come__says_that_it_has_worked():
    """API-7: its block tells where to look."""
    receipt = mined_receipt(node(RECEIPT), HASH, -1, lambda r: bool(r["logs"]))

    with pytest.raises(TransactionFailed, match="in block 5 and has worked") as failed:
        mined(Outcome(RunCreated, {}), receipt, {})

    assert "RunCreated" in str(failed.value)
