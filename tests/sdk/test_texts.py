"""Texts for the contract: refused before anything is signed or sent (RUN-13, RUN-27, API-7)."""

from __future__ import annotations

import pytest

from agentescrow import AgentClient, InvalidInput, TextTooLong
from tests.sdk.conftest import USDC

CALLS = {
    "uri": lambda runs, text: runs.create(USDC, "+1d", text),
    "deliverable_uri": lambda runs, text: runs.submit_work(1, text),
    "feedback": lambda runs, text: runs.request_revision(1, text),
    "reason": lambda runs, text: runs.reject(1, text),
}


class Silent:
    """A signer that must not be asked for anything."""

    address = "0x" + "1" * 40

    def transact(self, tx):
        raise AssertionError("nothing may be sent")

    def sign_typed_data(self, message):
        raise AssertionError("nothing may be signed")


@pytest.fixture
def runs(market):
    with AgentClient(market.api_url, signer=Silent(), deployment=market.record) as client:
        yield client.runs


@pytest.mark.parametrize("field", CALLS)
def test_text__too_long__is_refused_with_length_and_limit(runs, field):
    """RUN-27: bytes of UTF-8, two for each of these characters."""
    with pytest.raises(TextTooLong) as refused:
        CALLS[field](runs, "\u00e4" * 1_025)

    error = refused.value
    assert (error.field, error.length, error.max, error.code) == (
        field,
        2_050,
        2_048,
        "TEXT_TOO_LONG",
    )


@pytest.mark.parametrize("field", CALLS)
@pytest.mark.parametrize("text", ["", "\ud800"])
def test_text__empty_or_half_a_character__is_refused(runs, field, text):
    """RUN-13."""
    with pytest.raises(InvalidInput) as refused:
        CALLS[field](runs, text)

    assert refused.value.field == field


@pytest.mark.parametrize("gasless", [False, True])
def test_text__of_2048_bytes__goes_through(client, agent_id, gasless):
    """RUN-27: the SDK's limit is the contract's, by both ways."""
    longest = "\u00e4" * 1_024
    poster, agent = client("poster", gasless=gasless), client("agent", gasless=gasless)
    run = poster.runs.create(USDC, "+1d", longest).bounty_id
    agent.runs.claim(run, agent_id)
    assert agent.runs.submit_work(run, longest).deliverable_hash == longest
    assert poster.runs.request_revision(run, longest).feedback == longest
    agent.runs.submit_work(run, "ipfs://work")
    assert poster.runs.reject(run, longest).reason == longest
