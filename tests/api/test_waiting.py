"""Writes that take long, signed payments, an index that falls behind (API-1a, API-4, API-5)."""

from __future__ import annotations

import os
import time

from agentescrow.domain.runs.terms import RunTerms
from agentescrow.store.database import migrate, open_database, write_transaction
from agentescrow.store.position import read_position, report, report_problem
from tests.api.conftest import DAY, USDC
from tests.waiting import until


def test_write__that_takes_too_long__is_202_with_a_place_to_ask(market, client, poster, agent):
    """API-4: and the same body again gets the outcome."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    path, body = f"/api/runs/{run_id}/claim", {"agentId": agent_id, "walletAddress": agent.address}
    signed = market.signed(agent, body, client.post(path, json=body))
    with market.another_app(write_timeout=0) as impatient:
        answer = impatient.post(path, json=signed)
        assert answer.status_code == 202, answer.text
        status = answer.json()
        assert answer.headers["location"] == status["statusUrl"]
        assert status["id"].startswith("0x")
        assert status["status"] in ("pending", "mined")
        ask = lambda: impatient.get(status["statusUrl"]).json()  # noqa: E731
        until(lambda: ask()["status"] != "pending")
        asked = ask()
        assert asked["status"] == "mined"
        assert asked["blockNumber"] > 0

    assert client.post(path, json=signed).json()["run"]["state"] == "CLAIMED"


def authorized(market, poster, reward=100 * USDC):
    """A body that pays by EIP-3009, and its terms."""
    terms = RunTerms(reward, market.now + DAY)
    salt = os.urandom(32)
    signed = market.contracts.runs.authorize_run(
        poster, terms, "ipfs://description", salt=salt, valid_before=market.now + DAY
    )
    return {
        "from": signed.payer,
        "validAfter": str(signed.valid_after),
        "validBefore": str(signed.valid_before),
        "salt": "0x" + salt.hex(),
        "signature": "0x" + signed.signature.hex(),
    }


def test_post__with_an_authorization__needs_no_allowance(market, client, outsider):
    """API-1a, STAKE-1: EIP-3009 pays for this run and no other; allowance stays untouched."""
    escrow = market.contracts.runs.address
    before = market.contracts.usdc.allowance(outsider.address, escrow)
    authorization = authorized(market, outsider)
    terms = market.terms()

    other = market.write(
        outsider, "/api/runs", **{**terms, "reward": str(50 * USDC)}, authorization=authorization
    )
    assert other.status_code == 400, other.text

    answer = market.write(outsider, "/api/runs", **terms, authorization=authorization)
    assert answer.status_code == 200, answer.text
    assert answer.json()["run"]["state"] == "OPEN"
    assert answer.json()["run"]["posterAddress"] == outsider.address
    assert market.contracts.usdc.allowance(outsider.address, escrow) == before


def test_post__authorized_by_another__is_that_one_s_run(market, client, outsider, agent):
    """API-1a: anyone may post for the signer, who is the poster and pays."""
    authorization = authorized(market, outsider)

    answer = market.write(agent, "/api/runs", **market.terms(), authorization=authorization)

    assert answer.status_code == 200, answer.text
    assert answer.json()["run"]["posterAddress"] == outsider.address


def test_post__paid_twice_over__is_400(market, client, outsider):
    """API-1a: by a permit or by an authorization, and a DRAFT by neither."""
    authorization = authorized(market, outsider)
    permit = {"deadline": market.now + DAY, "signature": "0x" + "00" * 65}
    for wrong in (
        {"authorization": authorization, "permit": permit},
        {"authorization": authorization, "fund": False},
    ):
        answer = market.write(outsider, "/api/runs", **market.terms(), **wrong)
        assert answer.status_code == 400


def test_draft__created__holds_no_money(market, client, poster):
    """API-1a: create and post differ by `fund`."""
    before = market.contracts.runs.total_owed()
    answer = market.write(poster, "/api/runs", **market.terms(fund=False))

    assert answer.json()["run"]["state"] == "DRAFT"
    assert market.contracts.runs.total_owed() == before


def test_ready__while_the_index_is_behind__is_503(market, tmp_path):
    """API-5: an index that lags, is silent, or has stopped, says so; /health stays 200."""
    engine = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    with market.service.database.connect() as source:
        raw = source.connection.driver_connection
        copy = engine.raw_connection()
        raw.backup(copy.driver_connection)
        copy.close()
    migrate(engine)
    with engine.connect() as connection:
        head = read_position(connection).head
    now = int(time.time())
    with market.another_app(database=engine) as client:
        for problem, how in (
            (None, lambda c: report(c, head=head, seen_at=now)),
            ("500 blocks behind", lambda c: report(c, head=head + 500, seen_at=now)),
            ("not reached its node", lambda c: report(c, head=head, seen_at=now - 3600)),
            (
                "taken back too much",
                lambda c: report_problem(c, "The chain has taken back too much"),
            ),
        ):
            with write_transaction(engine) as connection:
                how(connection)
            answer = client.get("/ready")
            assert answer.status_code == (200 if problem is None else 503)
            assert problem is None or problem in answer.json()["detail"]
            assert answer.json()["ready"] is (problem is None)
            assert client.get("/health").status_code == 200
    engine.dispose()
