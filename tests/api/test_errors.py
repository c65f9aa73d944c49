"""Whatever is sent wrongly is answered in one shape, never by a 5xx (API-3)."""

from __future__ import annotations

import json

import pytest

from agentescrow.api.body_limits import BYTES_MAX
from agentescrow.store.database import migrate, open_database

POSTS = ("", *(f"/1/{action}" for action in ("claim", "fund", "submit", "revision", "approve")))


def require_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, status, "about:blank")
    assert body["title"]
    assert body["detail"]
    assert body["error"]
    assert len(body["reasons"]) == len(body["reasonCodes"]) >= 1
    return body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/runs/999999", 404),
        ("GET", "/api/agents/999999", 404),
        ("GET", "/api/agents/999999/stake", 404),
        ("GET", "/api/runs/999999/claim-eligibility?agentId=0", 404),
        ("GET", "/api/requests/0x" + "00" * 32, 404),
        ("DELETE", "/api/runs", 405),
        ("PUT", "/api/runs/1", 405),
        ("GET", "/api/runs/1/claim", 405),
        ("GET", "/api/runs/one", 400),
        ("GET", "/api/runs/-1", 400),
        ("GET", f"/api/runs/{2**63}", 400),
        ("GET", f"/api/runs/{'9' * 5000}", 400),
        ("GET", "/api/runs/1/claim-eligibility", 400),
        ("GET", "/api/requests/0x12", 400),
        ("GET", "/api/events?fromBlock=-1", 400),
    ],
)
def test_request__that_means_nothing__is_a_problem(client, method, path, status):
    """API-3: what is not there is 404, a wrong method 405, a wrong value 400."""
    answer = client.request(method, path)

    require_problem(answer, status)
    assert status != 405 or answer.headers["allow"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 5_000,
        b'{"walletAddress": NaN}',
        b'{"walletAddress": "\\ud800"}',
        json.dumps({"walletAddress": -1, "agentId": -1, "reward": "-1"}).encode(),
        json.dumps({"walletAddress": "0x" + "\N{FULLWIDTH DIGIT ONE}" * 40}).encode(),
    ],
    ids=[
        "nothing",
        "half",
        "list",
        "null",
        "text",
        "no utf-8",
        "deep",
        "long number",
        "nan",
        "half a character",
        "negative",
        "other digits",
    ],
)
def test_post__of_a_malformed_body__is_400(client, path, sent):
    """API-3."""
    headers = {"Content-Type": "application/json"}

    require_problem(client.post(f"/api/runs{path}", content=sent, headers=headers), 400)


@pytest.mark.parametrize("path", ["/api/runs", "/api/runs/1/claim", "/api/agents/0/stake"])
def test_post__of_a_huge_body__is_413(client, path):
    """API-3: with its length announced, and without."""
    headers = {"Content-Type": "application/json"}
    huge = b'{"a": "' + b"x" * BYTES_MAX + b'"}'

    require_problem(client.post(path, content=huge, headers=headers), 413)
    require_problem(client.post(path, content=iter([huge]), headers=headers), 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_post__of_another_media_type__is_415(client, kind):
    """API-3."""
    answer = client.post("/api/runs/1/claim", content=b"{}", headers={"Content-Type": kind})

    require_problem(answer, 415)


@pytest.mark.parametrize("reward", [100_000_000, 1.5, True, None, [1], "1.5", "1e9", "-1", ""])
def test_post__of_an_amount_that_is_no_decimal_text__is_400(market, client, poster, reward):
    """API-2: base units as text; a number is refused, it would lose digits elsewhere."""
    body = {"walletAddress": poster.address, **market.terms(), "reward": reward}
    problem = require_problem(client.post("/api/runs", json=body), 400)

    assert problem["reasons"][0].startswith("body.reward: ")
    if not isinstance(reward, str):
        assert problem["reasonCodes"] == ["NOT_TEXT"]
    stake = {"amount": reward, "txHash": "0x" + "00" * 32, "walletAddress": poster.address}
    require_problem(client.post("/api/agents/0/stake", json=stake), 400)


@pytest.mark.parametrize(
    "terms",
    [
        {"reward": "0"},
        {"reward": str(2**64)},
        {"reward": "9" * 78},
        {"deadline": "2000-01-01T00:00:00Z"},
        {"deadline": "9999-12-31T23:59:59Z"},
        {"deadline": 1_800_000_000},
        {"ipfsHash": ""},
        {"ipfsHash": "x" * 5_000},
        {"ipfsHash": "\ud800"},
        {"reviewDays": 0},
        {"maxRevisions": 11},
        {"minStatus": "FROZEN"},
        {"permit": {"deadline": 2**256, "signature": "0x"}},
        {"authorization": {"validBefore": 1, "salt": "0x00", "signature": "0x"}},
        {"fund": False, "permit": {"deadline": 1, "signature": "0x"}},
    ],
)
def test_post__of_terms_out_of_range__is_400(market, client, poster, terms):
    """API-3, RUN-2: before anything is signed."""
    body = {"walletAddress": poster.address, **market.terms(), **terms}
    sent = json.dumps(body).encode()

    answer = client.post("/api/runs", content=sent, headers={"Content-Type": "application/json"})

    require_problem(answer, 400)


def test_claim__without_a_signature__tells_how_to_authenticate(market, client, poster, agent):
    """API-4: 401 has the header that HTTP asks for."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    body = {"agentId": agent_id, "walletAddress": agent.address}
    answer = client.post(f"/api/runs/{run_id}/claim", json=body)

    assert require_problem(answer, 401)["typedData"]["primaryType"] == "ForwardRequest"
    assert answer.headers["www-authenticate"].startswith("EIP712")


def test_database__that_does_not_answer__is_503(market, tmp_path):
    """API-3: not our fault and not the caller's; try again."""
    empty = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
    with market.another_app(database=empty) as client:
        answer = client.get("/api/runs")
        require_problem(answer, 503)
        assert answer.headers["retry-after"]
        migrate(empty)
        assert require_problem(client.get("/api/runs"), 503)["error"] == "NOT_INDEXED"
        problem = require_problem(client.get("/ready"), 503)
        assert problem["ready"] is False
        assert (problem["indexedBlock"], problem["indexedAt"]) == (None, None)
        assert client.get("/health").status_code == 200
    empty.dispose()
