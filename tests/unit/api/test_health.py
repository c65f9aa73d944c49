"""What is said of an index that is empty, behind, silent, or stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from agentescrow.api.app import create_app
from agentescrow.api.service import health
from agentescrow.api.service.health import metrics_app
from agentescrow.store.people.relayer_state import RelayerState, report_relayer
from agentescrow.store.tables import vaults
from agentescrow.wire.shape import iso_time
from tests.unit.api.conftest import NOW

RELAYER = "0x" + "C" * 40


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
        ({"silent": 61}, "has not reached its node for a minute"),
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
    assert "\nagentescrow_index_up 0.0\n" in client.get("/metrics").text
    index_at(lag=7)
    shown = client.get("/metrics").text

    assert "\nagentescrow_indexed_block 100.0\n" in shown
    assert "\nagentescrow_index_lag_blocks 7.0\n" in shown
    assert "\nagentescrow_index_up 1.0\n" in shown


def test_metrics__indexer_has_died__say_for_how_long(client, index_at):
    """API-5: the lag alone stays as it was."""
    index_at(silent=90)
    shown = client.get("/metrics").text

    assert "\nagentescrow_index_silent_seconds 90.0\n" in shown
    assert "\nagentescrow_index_up 0.0\n" in shown


@pytest.fixture
def relayer(database, monkeypatch):
    """Lets a relayer say how it is."""
    monkeypatch.setattr(health.time, "time", lambda: NOW)

    def say(**changes):
        with database.begin() as connection:
            report_relayer(connection, replace(RelayerState(RELAYER, 10**7, NOW), **changes))

    return say


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (None, "nobody relays here"),
        ({"seen_at": NOW - 61}, f"the relayer {RELAYER} is not at work"),
        ({"balance": 0}, "the relayer's ETH, or what it may spend, is used up"),
        ({"problem": "Another sends with this key."}, "Another sends with this key."),
        ({"seen_at": NOW - 60}, None),
    ],
)
def test_relayer__as_it_said_last__is_told_where_one_looks(
    client, index_at, relayer, state, problem
):
    """API-4: of a relayer that is away the reads know nothing, so /ready stays 200."""
    index_at()
    if state is not None:
        relayer(**state)
    ready, config = client.get("/ready"), client.get("/api/config").json()

    assert ready.status_code == 200, ready.text
    assert ready.json()["relayer"] == config["relayer"]
    assert config["relayer"]["problem"] == problem
    assert config["relayer"]["available"] is (problem is None)
    assert config["relayer"]["address"] == (None if state is None else RELAYER)
    up = 1.0 if problem is None else 0.0
    assert f"\nagentescrow_relayer_up {up}\n" in client.get("/metrics").text


def test_metrics__of_the_relayer__are_what_an_alarm_is_set_to(client, index_at, relayer):
    """API-4: its ETH, what waits, and what each lane may yet spend."""
    index_at()
    relayer()
    shown = client.get("/metrics").text

    assert "\nagentescrow_relayer_balance_wei 1e+16\n" in shown
    assert "\nagentescrow_relayer_pending_requests 0.0\n" in shown
    assert '\nagentescrow_relayer_budget_left_wei{lane="stranger"} 1e+15\n' in shown


def test_post__nobody_relays__asks_for_no_signature(client, indexed):
    """API-4: 503 with Retry-After, before the node is asked for anything."""
    body = {"walletAddress": RELAYER, "reward": "1000000", "ipfsHash": "ipfs://x"}
    body["deadline"] = iso_time(NOW + 86_400)
    refused = client.post("/api/runs", json=body)

    assert (refused.status_code, refused.json()["error"]) == (503, "RELAYER_UNAVAILABLE")
    assert refused.headers["Retry-After"] == "30"
    assert refused.json()["typedData"] is None
    shown = client.get("/metrics").text
    assert 'agentescrow_relayer_refusals_total{error="RELAYER_UNAVAILABLE"}' in shown


def test_config__tells_what_a_client_has_to_know(client, service):
    """API-7: the contracts and their rules; RunEscrow keeps the key of the first version."""
    shown = client.get("/api/config").json()
    deployment = service.deployment

    assert shown["chainId"] == deployment.chain_id
    assert shown["contracts"] == {
        "usdc": deployment.usdc,
        "identity": deployment.identity,
        "forwarder": deployment.forwarder,
        "registry": deployment.registry,
        "escrow": deployment.runs,
    }
    assert shown["constants"]["minStake"] == "20000000"


def test_stats__before_the_first_event__are_zeros(client, database, index_at, index_block):
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
    index_block(101, "0xb")
    filled = client.get("/api/stats").json()
    assert [filled[name] for name in amounts] == ["7", "9", "8", "9"]
    assert filled["paused"] is True


def test_metrics__with_an_address_of_their_own__are_there_alone(service, index_at):
    """API-5: what is for those who run it is nobody else's."""
    index_at(lag=7)
    closed = TestClient(create_app(service, metrics=False))
    own = TestClient(metrics_app(service))

    assert closed.get("/metrics").status_code == 404
    assert "/metrics" not in closed.get("/openapi.json").json()["paths"]
    assert "\nagentescrow_index_lag_blocks 7.0\n" in own.get("/metrics").text
    assert own.get("/api/stats").status_code == own.get("/docs").status_code == 404
