"""What is said of an index that is empty, behind, silent, or stopped."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from agentescrow.store.tables import vaults


@pytest.mark.parametrize("state", [{}, {"lag": 30}, {"silent": 60}, {"lag": -5}])
def test_ready__up_to_its_limits__is_200(client, index_at, state):
    """API-5: half a minute of blocks behind, a minute of silence; a node may go back."""
    index_at(**state)
    answer = client.get("/ready")

    assert answer.status_code == 200, answer.text
    assert answer.json()["ready"] is True
    assert answer.json()["indexedBlock"] == 100
    assert answer.json()["lag"] == max(state.get("lag", 0), 0)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"lag": 31}, "The index is 31 blocks behind."),
        ({"silent": 61}, "has not spoken to its node for a minute"),
        ({"problem": "The chain went back too far."}, "The chain went back too far."),
        ({"problem": "First things first.", "lag": 31, "silent": 61}, "First things first."),
    ],
)
def test_ready__beyond_its_limits__is_503_in_words(client, index_at, state, words):
    """API-5: whoever balances load sends nobody here."""
    index_at(**state)
    answer = client.get("/ready")

    assert (answer.status_code, answer.json()["error"]) == (503, "NOT_READY")
    assert words in answer.json()["detail"]
    assert answer.json()["ready"] is False


def test_ready__nothing_indexed__is_503(client):
    """API-5: an empty database is no market without runs."""
    answer = client.get("/ready")

    assert answer.status_code == 503
    assert answer.json()["detail"] == "Nothing is indexed yet."
    assert (answer.json()["indexedBlock"], answer.json()["lag"]) == (None, 0)
    assert client.get("/health").json() == {"status": "ok"}


def test_metrics__before_and_after_the_first_block__have_it_and_the_lag(client, index_at):
    """API-5: what an alarm is set to."""
    assert "\nagentescrow_indexed_block 0.0\n" in client.get("/metrics").text
    index_at(lag=7)
    shown = client.get("/metrics").text

    assert "\nagentescrow_indexed_block 100.0\n" in shown
    assert "\nagentescrow_index_lag_blocks 7.0\n" in shown


def test_stats__before_the_first_event__are_zeros(client, database, index_at):
    """API-1: no vault has a row yet; afterwards each has its own."""
    index_at()
    empty = client.get("/api/stats").json()
    amounts = ("escrowed", "staked", "volume", "feesEarned")
    assert [empty[name] for name in amounts] == ["0"] * 4
    assert (empty["runs"], empty["agents"], empty["paused"]) == (0, 0, False)

    for contract, held in (("RunEscrow", 7), ("StakeRegistry", 9)):
        row = dict.fromkeys(vaults.c.keys(), 0) | {"volume": held + 1, "fees_earned": held + 2}
        row |= {"contract": contract, "held": held, "owner": None, "treasury": None}
        with database.begin() as connection:
            connection.execute(insert(vaults).values(row | {"paused": contract == "RunEscrow"}))
    filled = client.get("/api/stats").json()
    assert [filled[name] for name in amounts] == ["7", "9", "8", "9"]
    assert filled["paused"] is True
