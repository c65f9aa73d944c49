"""The ends of every number, text and length that comes by HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import (
    MAX_REVISIONS_DEFAULT,
    MAX_REVISIONS_MAX,
    REVIEW_DAYS_DEFAULT,
    REVIEW_DAYS_MAX,
    REVIEW_DAYS_MIN,
)
from agentescrow.domain.runs.run import RunState
from agentescrow.wire.relay import Authorization, CallBody, Number, Permit, Request
from agentescrow.wire.runs import PostBody, RejectBody, RevisionBody, State, SubmitBody
from agentescrow.wire.shape import (
    Address,
    Amount,
    Bytes,
    Id,
    SentAddress,
    SentAmount,
    SentTime,
    Time,
    iso_time,
)

ACCOUNT = "0x" + "aB" * 20
COPIED = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


def takes(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Id, (0, 2**63 - 1), (-1, 2**63, "1", 1.0, True)),
        (Number, (0, 2**256 - 1, "0", str(2**256 - 1)), (-1, 2**256, str(2**256), "٣", "", True)),
        (Number, ("0" * 78,), ("0" * 79, "-1", " 1", "1.0", None)),
        (Amount, (0, "0", "9" * 78), (-1, "9" * 79, "", "-1", "1.0", "٣", True, 1.0, None)),
        (SentAmount, ("20000000",), (20_000_000, 1.0, None)),
        (Time, (0, "1970-01-01T00:00:00Z", "2026-12-01T12:00:00.123456+05:30"), (True, None)),
        (Time, ("9999-12-31T23:59:59Z",), ("1969-12-31T23:59:59Z", "2026-12-01T12:00:00")),
        (Time, (), ("2026-12-01", "2026-13-01T12:00:00Z", "٢026-12-01T12:00:00Z", "+3d")),
        (SentTime, ("2026-12-01T12:00:00Z",), (1_796_126_400,)),
        (Address, (ACCOUNT,), (ACCOUNT[:-1], ACCOUNT + "0", ACCOUNT[2:], "0x" + "g" * 40, None)),
        (SentAddress, (ACCOUNT.lower(), "0x" + "AB" * 20, COPIED), (ACCOUNT, COPIED[2:], None)),
        (
            SentAddress,
            (),
            (COPIED.replace("BC", "bC"), COPIED.replace("3C", "3c"), COPIED[:-1] + "D"),
        ),
        (Bytes, ("0x", "0x00", "0xaB"), ("", "0x0", "00", "0xgg", None, b"")),
        (State, ("OPEN", RunState.OPEN), ("open", "", 1, None)),
    ],
)
def test_value__at_its_ends__is_taken_and_one_beyond_is_not(kind, good, bad):
    """API-1: JSON has no such types; what is none of them is the caller's mistake, 400."""
    assert [value for value in good if not takes(kind, value)] == []
    assert [value for value in bad if takes(kind, value)] == []


@pytest.mark.parametrize(
    ("shape", "field", "most"),
    [
        (Request, "data", 32_768),
        (CallBody, "signature", 4_096),
        (Permit, "signature", 4_096),
        (Authorization, "signature", 4_096),
        (Authorization, "salt", 32),
    ],
)
def test_bytes__as_many_as_are_good_for_anything__and_no_more(shape, field, most):
    """API-4: the relayer's calls, a signature as any wallet wraps it."""
    whole = {
        **{"from": ACCOUNT, "to": ACCOUNT, "gas": 1, "nonce": 0, "deadline": 1, "data": "0x"},
        **{"signature": "0x", "validBefore": 1, "salt": "0x" + "00" * 32},
        "walletAddress": ACCOUNT,
    }
    assert takes(shape, {**whole, field: "0x" + "00" * most})
    assert not takes(shape, {**whole, field: "0x" + "00" * (most + 1)})


def test_salt__shorter_than_32_bytes__is_refused():
    """API-1a: it is hashed as a bytes32."""
    sent = {"validBefore": 1, "signature": "0x"}

    assert not takes(Authorization, {**sent, "salt": "0x" + "00" * 31})


POSTED = {
    "walletAddress": ACCOUNT,
    "reward": "1000000",
    "deadline": "2026-12-01T12:00:00Z",
    "ipfsHash": "ipfs://x",
}


@pytest.mark.parametrize(
    ("shape", "field", "whole"),
    [
        (PostBody, "ipfsHash", POSTED),
        (SubmitBody, "deliverableURI", {"walletAddress": ACCOUNT}),
        (RevisionBody, "feedback", {"walletAddress": ACCOUNT}),
        (RejectBody, "reason", {"walletAddress": ACCOUNT}),
    ],
)
def test_text__of_one_letter__is_taken_and_an_empty_one_is_not(shape, field, whole):
    """API-1: what says nothing was forgotten."""
    assert takes(shape, {**whole, field: "x"})
    assert not takes(shape, {**whole, field: ""})


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("reviewDays", (REVIEW_DAYS_MIN, REVIEW_DAYS_MAX), (REVIEW_DAYS_MIN - 1, "7", True)),
        ("reviewDays", (), (REVIEW_DAYS_MAX + 1, 7.0)),
        ("maxRevisions", (0, MAX_REVISIONS_MAX), (-1, MAX_REVISIONS_MAX + 1, "1", False)),
        ("minStatus", ("PROVISIONAL", "ESTABLISHED"), ("established", 1)),
        ("fund", (True, False), ("perhaps", 2)),
    ],
)
def test_term__at_its_ends__is_taken_and_one_beyond_is_not(field, good, bad):
    """RUN-2: the contract's limits, said before anybody signs."""
    assert [value for value in good if not takes(PostBody, {**POSTED, field: value})] == []
    assert [value for value in bad if takes(PostBody, {**POSTED, field: value})] == []


def test_term__absent__is_as_documented():
    """RUN-2: what a poster who says nothing else gets; the run is funded at once."""
    posted = PostBody.model_validate(POSTED)

    assert (posted.review_days, posted.max_revisions) == (
        REVIEW_DAYS_DEFAULT,
        MAX_REVISIONS_DEFAULT,
    )
    assert (posted.min_status, posted.fund) == (AgentStatus.PROVISIONAL, True)
    assert (posted.permit, posted.authorization) == (None, None)


def test_absent__value_validity_payer_and_signature__are_zero_or_none():
    """API-4: what a client leaves out means nothing else than that."""
    request = {"from": ACCOUNT, "to": ACCOUNT, "gas": 1, "nonce": 0, "deadline": 1, "data": "0x"}
    paid = {"validBefore": 1, "salt": "0x" + "00" * 32, "signature": "0x"}
    action = CallBody.model_validate({"walletAddress": ACCOUNT})

    assert Request.model_validate(request).value == 0
    assert Authorization.model_validate(paid).valid_after == 0
    assert Authorization.model_validate(paid).payer is None
    assert (action.request, action.signature) == (None, None)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_705_752_000, "2024-01-20T12:00:00.000Z"),
        (253_402_300_799, "9999-12-31T23:59:59.000Z"),
        (253_402_300_800, "9999-12-31T23:59:59.000Z"),
        (2**64 - 1, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_iso_time__up_to_the_last_second_of_a_calendar__is_iso_8601(seconds, text):
    """API-1: a deadline of the contract may be later than any calendar, and is shown."""
    assert iso_time(seconds) == text
