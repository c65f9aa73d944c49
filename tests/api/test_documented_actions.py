"""The ways of an agent and of a poster, call by call as the documents tell them (API-1, API-7)."""

from __future__ import annotations

import pytest

from tests.api.conftest import USDC
from tests.api.test_documented_json import TIME


def test_agent__from_stake_to_work__as_documented(market, client, poster, agent):
    """API-7: stake info, stake, list, eligibility, claim, submit."""
    market.post(poster)
    agent_id = market.agent(agent, staked=0)
    info = client.get(f"/api/agents/{agent_id}/stake").json()
    assert (info["isStaked"], info["canClaimRuns"]) == (False, False)

    staked = market.contracts.registry.stake(agent, agent_id, 20 * USDC).transaction
    body = {"amount": "20000000", "txHash": staked, "walletAddress": agent.address}
    assert client.post(f"/api/agents/{agent_id}/stake", json=body).json()["success"] is True

    listed = client.get("/api/runs", params={"state": "OPEN", "minReward": 50}).json()["runs"]
    run_id = listed[0]["bountyId"]
    path = f"/api/runs/{run_id}"
    eligible = client.get(f"{path}/claim-eligibility", params={"agentId": agent_id}).json()
    assert eligible["eligible"] is True
    claimed = market.write(agent, f"{path}/claim", agentId=agent_id)
    assert claimed.json()["success"] is True
    assert client.get(f"{path}/claim-eligibility?agentId={agent_id}").json()["eligible"] is False

    submitted = market.write(agent, f"{path}/submit", deliverableURI="ipfs://Qm")
    assert submitted.json()["run"]["state"] == "SUBMITTED"
    assert submitted.json()["run"]["deliverableHash"] == "ipfs://Qm"
    assert TIME.fullmatch(submitted.json()["run"]["submittedAt"])


def test_reject__without_a_reason__has_the_default(market, poster, agent):
    """API-7: and the poster gets reward and fee back."""
    run_id, agent_id = market.post(poster, maxRevisions=0), market.agent(agent)
    path = f"/api/runs/{run_id}"
    market.write(agent, f"{path}/claim", agentId=agent_id)
    market.write(agent, f"{path}/submit", deliverableURI="ipfs://Qm")
    before = market.contracts.usdc.balance_of(poster.address)

    rejected = market.write(poster, f"{path}/reject")

    assert rejected.status_code == 200, rejected.text
    assert rejected.json()["run"]["state"] == "REJECTED"
    assert rejected.json()["run"]["reason"] == "Rejected by the poster."
    assert market.contracts.usdc.balance_of(poster.address) == before + 105 * USDC


def test_slash_and_finalize__when_time_is_over__do_what_time_allows(market, poster, agent):
    """API-1a: slash for a poster, finalize for anyone."""
    agent_id = market.agent(agent, 40 * USDC)
    late, silent = market.post(poster), market.post(poster, reviewDays=1)
    for run_id in (late, silent):
        market.write(agent, f"/api/runs/{run_id}/claim", agentId=agent_id)
    market.write(agent, f"/api/runs/{silent}/submit", deliverableURI="ipfs://Qm")
    early = market.write(poster, f"/api/runs/{late}/slash")
    assert early.status_code == 400
    market.chain.w3.provider.make_request("evm_increaseTime", [9 * 86_400])
    market.chain.w3.provider.make_request("evm_mine", [])
    market.indexed()

    assert market.write(agent, f"/api/runs/{silent}/finalize").json()["run"]["state"] == "APPROVED"
    slashed = market.write(poster, f"/api/runs/{late}/slash")

    assert slashed.json()["run"]["state"] == "SLASHED"
    shown = market.client.get(f"/api/agents/{agent_id}").json()
    assert (shown["status"], shown["strikes"]) == ("FROZEN", 1)


@pytest.mark.parametrize("strikes", [1, 3])
def test_claim__by_a_slashed_agent__is_403(market, client, poster, agent, strikes):
    """API-3, STAKE-5, STAKE-6: frozen by the first slash, banned by the third; both are told."""
    escrow, registry = market.contracts.runs, market.contracts.registry
    agent_id = market.agent(agent, 20 * USDC)
    for strike in range(1, strikes + 1):
        if strike > 1:
            registry.stake(agent, agent_id, 20 * USDC)
        late = market.post(poster)
        escrow.claim_run(agent, late, agent_id)
        market.chain.w3.provider.make_request("evm_increaseTime", [8 * 86_400])
        market.chain.w3.provider.make_request("evm_mine", [])
        escrow.slash(poster, late)
    run_id = market.post(poster)
    market.indexed()

    body = {"agentId": agent_id, "walletAddress": agent.address}
    refused = client.post(f"/api/runs/{run_id}/claim", json=body)

    named = "AGENT_BANNED" if strikes == 3 else "AGENT_FROZEN"
    assert (refused.status_code, refused.json()["code"]) == (403, 403)
    assert refused.json()["reasonCodes"] == [named, "INSUFFICIENT_STAKE"]
    shown = client.get(f"/api/agents/{agent_id}").json()
    assert (shown["status"], shown["strikes"]) == (named.removeprefix("AGENT_"), strikes)
    assert shown["reputation"]["score"] < 50
