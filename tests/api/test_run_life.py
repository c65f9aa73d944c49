"""A run from post to payment by HTTP and signatures alone (API-1, API-1a, API-4)."""

from __future__ import annotations

from decimal import Decimal

from eth_account import Account

from agentescrow.chain.wallet import LocalWallet
from agentescrow.wire.shape import iso_time
from localnet import usdc
from tests.api.conftest import DAY, USDC


def test_life__post_claim_submit_revise_approve__pays_the_agent(market, client, poster, agent):
    """API-1, API-1a, API-4, RUN-22: neither poster nor agent sends a transaction for the run."""
    agent_id = market.agent(agent)
    run_id = market.post(poster)
    before = market.contracts.usdc.balance_of(agent.address)

    claimed = market.write(agent, f"/api/runs/{run_id}/claim", agentId=agent_id)
    assert claimed.status_code == 200, claimed.text
    body = claimed.json()
    assert list(body) == ["success", "run", "agent", "message"]
    assert body["success"] is True
    assert body["agent"] == {"id": agent_id, "status": "PROVISIONAL", "stakedAmount": "20000000"}
    assert body["message"] == "Run claimed successfully."
    assert body["run"]["state"] == "CLAIMED"
    assert body["run"]["claimedBy"] == agent_id
    assert body["run"]["claimedByWallet"] == agent.address
    assert body["run"]["stake"] == "20000000"

    for wallet, action, more, state in (
        (agent, "start", {}, "IN_PROGRESS"),
        (agent, "submit", {"deliverableURI": "ipfs://work"}, "SUBMITTED"),
        (poster, "revision", {"feedback": "Please add tests."}, "REVISION_REQUESTED"),
        (agent, "submit", {"deliverableURI": "ipfs://work-2"}, "SUBMITTED"),
        (poster, "approve", {}, "APPROVED"),
    ):
        answer = market.write(wallet, f"/api/runs/{run_id}/{action}", **more)
        assert answer.status_code == 200, answer.text
        assert answer.json()["run"]["state"] == state

    assert market.contracts.usdc.balance_of(agent.address) == before + 100 * USDC
    shown = client.get(f"/api/runs/{run_id}").json()
    assert shown["deliverableHash"] == "ipfs://work-2"
    assert [event["name"] for event in shown["events"]] == [
        "RunCreated",
        "RunFunded",
        "RunClaimed",
        "RunStarted",
        "WorkSubmitted",
        "RevisionRequested",
        "WorkSubmitted",
        "RunApproved",
    ]
    reputation = client.get(f"/api/agents/{agent_id}").json()["reputation"]
    assert Decimal(str(reputation.pop("score"))) == Decimal("66.67")
    assert reputation == {"completions": 1, "totalClaimed": 1, "totalVolume": "100000000"}


def test_claim__without_a_signature__says_what_to_sign(market, client, poster, agent):
    """API-4: 401 carries the EIP-712 data of the forwarder, and nothing has moved."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    body = {"agentId": agent_id, "walletAddress": agent.address}
    answer = client.post(f"/api/runs/{run_id}/claim", json=body)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["error"]) == (401, "SIGNATURE_REQUIRED")
    typed = problem["typedData"]
    assert typed["domain"]["verifyingContract"] == market.contracts.forwarder.address
    assert typed["message"]["from"] == agent.address
    assert client.get(f"/api/runs/{run_id}").json()["state"] == "OPEN"


def test_claim__replayed__gets_the_first_answer(market, client, poster, agent):
    """API-4: the same signed body again is the same request."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    path, body = f"/api/runs/{run_id}/claim", {"agentId": agent_id, "walletAddress": agent.address}
    signed = market.signed(agent, body, client.post(path, json=body))
    first, again = client.post(path, json=signed), client.post(path, json=signed)

    assert first.status_code == 200, first.text
    assert again.json() == first.json()


def test_claim__order_of_answers__is_404_400_403_401(market, client, poster, agent, outsider):
    """API-3, API-4: what is missing, then what is not now, then who may not, then the signature."""
    agent_id, poor = market.agent(agent), market.agent(agent, staked=0)
    run_id, gone = market.post(poster), market.post(poster)
    assert market.write(poster, f"/api/runs/{gone}/cancel").json()["run"]["state"] == "CANCELLED"

    def claim(run, claiming, wallet=agent):
        body = {"agentId": claiming, "walletAddress": wallet.address}
        return client.post(f"/api/runs/{run}/claim", json=body)

    assert claim(10**9, agent_id).status_code == 404
    assert claim(run_id, 10**9).status_code == 404
    assert claim(gone, poor).status_code == 400
    refused = claim(run_id, poor)
    assert refused.status_code == 403
    assert refused.json()["reasonCodes"] == ["AGENT_UNVERIFIED", "INSUFFICIENT_STAKE"]
    assert claim(run_id, agent_id, outsider).status_code == 403
    assert claim(run_id, agent_id).status_code == 401


def test_claim__signed_by_another__is_refused(market, client, poster, agent, outsider):
    """API-4, RUN-19: a signature of somebody else moves nothing."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    path, body = f"/api/runs/{run_id}/claim", {"agentId": agent_id, "walletAddress": agent.address}
    forged = market.signed(outsider, body, client.post(path, json=body))

    refused = client.post(path, json=forged)
    assert (refused.status_code, refused.json()["error"]) == (400, "REQUEST_REFUSED")
    assert f"the signature is of {outsider.address}" in refused.json()["detail"]
    assert client.get(f"/api/runs/{run_id}").json()["state"] == "OPEN"


def test_claim__request_of_another_call__is_refused(market, client, poster, agent):
    """API-4: a body and its signed request say the same."""
    agent_id, run_id, other = market.agent(agent), market.post(poster), market.post(poster)
    body = {"agentId": agent_id, "walletAddress": agent.address}
    signed = market.signed(agent, body, client.post(f"/api/runs/{run_id}/claim", json=body))
    answer = client.post(f"/api/runs/{other}/claim", json=signed)

    assert (answer.status_code, answer.json()["error"]) == (400, "REQUEST_MISMATCH")


def test_claim__request_that_says_something_else__is_refused(
    market, client, poster, agent, outsider
):
    """API-4: signer, target, value and call of the signed request are those of the body."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    path, body = f"/api/runs/{run_id}/claim", {"agentId": agent_id, "walletAddress": agent.address}
    asked = client.post(path, json=body)
    message = asked.json()["typedData"]["message"]
    for change in (
        {"from": outsider.address},
        {"to": market.contracts.registry.address},
        {"value": "1"},
        {"data": message["data"] + "00"},
    ):
        typed = {**asked.json()["typedData"], "message": {**message, **change}}
        signature = f"0x{agent.sign_typed_data(typed).hex()}"
        other = {**body, "request": typed["message"], "signature": signature}
        refused = client.post(path, json=other)
        answered = (refused.status_code, refused.json()["error"])
        assert answered == (400, "REQUEST_MISMATCH"), change
    assert client.get(f"/api/runs/{run_id}").json()["state"] == "OPEN"


def test_post__with_a_permit__needs_no_allowance(market, client, outsider):
    """API-1a: permit and post are one request; the poster never has ETH or an allowance."""
    contracts = market.contracts
    until = market.now + DAY
    permit = contracts.usdc.sign_permit(outsider, contracts.runs.address, 105 * USDC, until)
    answer = market.write(
        outsider,
        "/api/runs",
        reward=str(100 * USDC),
        ipfsHash="ipfs://description",
        deadline=iso_time(until),
        permit={"deadline": until, "signature": "0x" + permit.hex()},
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["run"]["posterAddress"] == outsider.address


def test_post__as_a_draft_and_funded__is_open(market, poster):
    """API-1a: `fund` false creates a DRAFT."""
    run_id = market.post(poster, fund=False)
    answer = market.write(poster, f"/api/runs/{run_id}/fund")

    assert answer.json()["run"]["state"] == "OPEN"


def test_fund__without_allowance__says_which_permit_to_sign(market, client, outsider):
    """API-1a, API-4: who may not comes before it; with the permit the draft is funded."""
    poor = LocalWallet(market.chain.w3, Account.create())
    usdc.mint(market.chain.w3, poor.address, 105 * USDC)
    draft = market.write(poor, "/api/runs", **market.terms(fund=False)).json()["run"]["bountyId"]
    path = f"/api/runs/{draft}/fund"

    refused = client.post(path, json={"walletAddress": outsider.address})
    assert (refused.status_code, refused.json()["error"]) == (403, "NotPoster")
    asked = client.post(path, json={"walletAddress": poor.address})
    assert (asked.status_code, asked.json()["error"]) == (401, "PERMIT_REQUIRED")
    message = asked.json()["typedData"]["message"]
    assert (message["spender"], message["value"]) == (market.contracts.runs.address, 105 * USDC)

    signature = f"0x{poor.sign_typed_data(asked.json()['typedData']).hex()}"
    permit = {"deadline": message["deadline"], "signature": signature}
    funded = market.write(poor, path, permit=permit)
    assert funded.status_code == 200, funded.text
    assert funded.json()["run"]["state"] == "OPEN"
    assert market.contracts.usdc.balance_of(poor.address) == 0


def test_approve__by_another_than_the_poster__is_403(market, client, poster, agent, outsider):
    """API-3: the contract's own error decides."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    market.write(agent, f"/api/runs/{run_id}/claim", agentId=agent_id)
    path = f"/api/runs/{run_id}/approve"
    assert client.post(path, json={"walletAddress": poster.address}).status_code == 400
    market.write(agent, f"/api/runs/{run_id}/submit", deliverableURI="ipfs://work")
    refused = client.post(path, json={"walletAddress": outsider.address})

    assert (refused.status_code, refused.json()["error"]) == (403, "NotPoster")
