"""What every answer carries, and who may ask how often (API-6)."""

from __future__ import annotations

from types import SimpleNamespace

from eth_account import Account

from agentescrow.api import rate_limits
from agentescrow.api.rate_limits import RateLimit
from agentescrow.chain.forwarder import ForwardRequest, forwarder_domain
from agentescrow.chain.typed_data import forward_request
from agentescrow.chain.wallet import LocalWallet
from agentescrow.relayer.limits import RelayLimits
from agentescrow.store.position import indexed_block
from tests.api.conftest import DAY, USDC
from tests.waiting import ENOUGH

INDEXED = ("x-indexed-block", "x-indexed-block-hash", "x-indexed-block-time")


def test_answer__of_any_kind__carries_the_indexed_block(market, client, poster, agent):
    """API-6: reads, writes, refusals, health, metrics, and streams too."""
    run_id, agent_id = market.post(poster), market.agent(agent)
    market.indexed()
    with market.service.database.connect() as connection:
        block = indexed_block(connection)
    unsigned = {"walletAddress": agent.address, "agentId": agent_id}
    paths = ("/api/runs", f"/api/runs/{run_id}", "/api/agents", "/api/stats", "/health", "/ready")
    answers = [client.get(path) for path in paths]
    answers += [client.get(path) for path in ("/metrics", "/api/nothing", "/api/runs/999999")]
    answers += [client.get("/api/events", params={"follow": False})]
    answers += [client.post(f"/api/runs/{run_id}/claim", json=unsigned)]
    answers += [client.post("/api/runs", content=b"{"), client.delete("/api/runs")]

    for answer in answers:
        assert answer.headers["x-indexed-block"] == str(block.number), answer.url
        assert answer.headers["x-indexed-block-hash"] == block.hash
        assert answer.headers["x-indexed-block-time"].endswith(".000Z")


def test_write__answered__carries_a_block_that_has_it(market, poster):
    """API-6: a client that waits for this block reads its own write."""
    market.post(poster)
    answer = market.write(poster, "/api/runs", **market.terms())
    events = market.client.get(f"/api/runs/{answer.json()['run']['bountyId']}").json()["events"]

    assert int(answer.headers["x-indexed-block"]) >= events[0]["blockNumber"]


def test_client__that_asks_too_often__is_told_when_to_come_again(market):
    """API-3: 429 with Retry-After; others and the health checks are not held up."""
    with market.another_app(rate_limit=RateLimit(3, seconds=ENOUGH)) as client:
        answers = [client.get("/api/stats") for _ in range(5)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        left = [answer.headers["x-ratelimit-remaining"] for answer in answers]
        assert left == ["2", "1", "0", "0", "0"]
        refused = answers[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["error"] == "TOO_MANY_REQUESTS"
        assert refused.headers["x-ratelimit-limit"] == "3"
        assert 1 <= int(refused.headers["retry-after"]) <= ENOUGH + 1
        assert refused.headers["retry-after"] == refused.headers["x-ratelimit-reset"]
        assert all(name in refused.headers for name in INDEXED)
        assert client.get("/health").status_code == client.get("/ready").status_code == 200


def test_window__when_it_is_over__counts_anew(market, monkeypatch):
    """API-3: what Retry-After says is true, to the second."""
    clock = SimpleNamespace(now=1_000.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(rate_limits, "time", clock)
    with market.another_app(rate_limit=RateLimit(1, seconds=60)) as client:
        assert client.get("/api/stats").status_code == 200
        refused = client.get("/api/stats")
        assert refused.status_code == 429
        after = int(refused.headers["retry-after"])
        clock.now += after - 2
        assert client.get("/api/stats").status_code == 429
        clock.now += 2
        assert client.get("/api/stats").status_code == 200


def test_web_page__of_an_allowed_origin__may_read_the_headers(market):
    """API-6: CORS; a preflight is answered, other origins get nothing."""
    mine, other = "https://app.example", "https://evil.example"
    with market.another_app(origins=(mine,)) as client:
        asked = {"Access-Control-Request-Method": "POST"}
        asked["Access-Control-Request-Headers"] = "content-type,idempotency-key"
        preflight = client.options("/api/runs", headers={"Origin": mine, **asked})
        answer = client.get("/api/stats", headers={"Origin": mine})
        foreign = client.get("/api/stats", headers={"Origin": other})
        refused = client.options("/api/runs", headers={"Origin": other, **asked})

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == mine
    assert "idempotency-key" in preflight.headers["access-control-allow-headers"].lower()
    assert answer.headers["access-control-allow-origin"] == mine
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert all(name in exposed for name in (*INDEXED, "retry-after", "x-ratelimit-remaining"))
    assert "access-control-allow-origin" not in foreign.headers
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


def test_relayer__of_all_these_tests__has_no_limit_that_they_could_meet(market):
    """The default was met where a fast machine has one poster sign for everybody."""
    wallet, escrow = LocalWallet(market.chain.w3, Account.create()), market.contracts.runs
    domain = forwarder_domain(market.contracts.deployment)
    terms = (USDC, market.now + DAY, 7, 0, 1)
    asked = {"to": escrow.address, "gas": 300_000, "deadline": market.now + 3600}
    asked["data"] = bytes(escrow.calldata("createRun", terms, "ipfs://description"))
    requests = []
    for nonce in range(RelayLimits().per_signer + 1):
        message = forward_request(domain, signer=wallet.address, nonce=nonce, **asked)
        signature = wallet.sign_typed_data(message)
        requests.append(ForwardRequest(wallet.address, nonce=nonce, signature=signature, **asked))

    relays = market.service.admission.submit_all(requests)

    assert [relay.signer_nonce for relay in relays] == list(range(len(requests)))
    market.relayed(relays)


def test_metrics__after_requests__count_them_by_route(market, client):
    """API-6: by the route's pattern, so that ids make no new series."""
    for run_id in (1, 2, 3):
        client.get(f"/api/runs/{run_id}")
    shown = client.get("/metrics")

    assert shown.headers["content-type"].startswith("text/plain")
    lines = [line for line in shown.text.splitlines() if line.startswith("agentescrow_")]
    routes = [line for line in lines if 'route="/api/runs/{run_id}"' in line]
    assert routes
    assert not any('route="/api/runs/1"' in line for line in lines)
    assert any(line.startswith("agentescrow_indexed_block ") for line in lines)
    assert any(line.startswith("agentescrow_index_lag_blocks ") for line in lines)
