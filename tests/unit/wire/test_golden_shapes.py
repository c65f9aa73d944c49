"""The JSON of the documents that the API was asked for in, key by key (API-1, API-2, API-3)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.run import RunState
from agentescrow.wire.agents import Agent, Reputation
from agentescrow.wire.eligibility import Eligibility, EligibleAgent, EligibleRun
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import Request
from agentescrow.wire.runs import ClaimAnswer, ClaimBody, ClaimingAgent, PostBody, Run, RunPage

POSTER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
AGENT = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
NOON_15_JANUARY = 1_705_320_000  # 2024-01-15T12:00:00Z
DAY = 86_400

GET_RUN = {
    "bountyId": 1,
    "posterAddress": POSTER,
    "ipfsHash": "ipfs://Qm",
    "reward": "100000000",
    "deadline": "2024-01-20T12:00:00.000Z",
    "state": "CLAIMED",
    "claimedBy": 1,
    "claimedByWallet": AGENT,
    "stake": "20000000",
    "deliverableHash": None,
    "claimedAt": "2024-01-16T12:00:00.000Z",
    "submittedAt": None,
    "createdAt": "2024-01-15T12:00:00.000Z",
}
OURS = {
    "fee",
    "reviewDays",
    "maxRevisions",
    "revisions",
    "minStatus",
    "dueAt",
    "feedback",
    "reason",
    "abandoned",
}


def run(**changes):
    values = {
        "bounty_id": 1,
        "poster_address": POSTER,
        "ipfs_hash": "ipfs://Qm",
        "reward": 100_000_000,
        "deadline": NOON_15_JANUARY + 5 * DAY,
        "state": RunState.CLAIMED,
        "claimed_by": 1,
        "claimed_by_wallet": AGENT,
        "stake": 20_000_000,
        "deliverable_hash": None,
        "claimed_at": NOON_15_JANUARY + DAY,
        "submitted_at": None,
        "created_at": NOON_15_JANUARY,
        "fee": 5_000_000,
        "review_days": 7,
        "max_revisions": 3,
        "revisions": 0,
        "min_status": AgentStatus.PROVISIONAL,
        "due_at": None,
        "feedback": None,
        "reason": None,
        "abandoned": False,
    }
    return Run(**values | changes)


def printed(shape):
    return json.loads(shape.model_dump_json())


def test_run__of_get_run__has_every_key_type_and_null():
    """API-1, API-2: seed 000, "Get Run"; the stake is the minimum of today."""
    shown = printed(run())

    assert {key: shown[key] for key in GET_RUN} == GET_RUN
    assert set(shown) - set(GET_RUN) == OURS
    assert list(shown)[: len(GET_RUN)] == list(GET_RUN)


def test_run__read_back__is_the_same():
    """API-2: the SDK parses what the server prints."""
    assert Run.model_validate_json(run().model_dump_json()) == run()


def test_list__of_one_open_run__has_the_documented_pagination():
    """API-1: seed 000, "List Runs": page 1 of 5 with 20 each of 100."""
    open_run = run(
        state=RunState.OPEN, claimed_by=None, claimed_by_wallet=None, stake=None, claimed_at=None
    )
    place = Pagination(page=1, limit=20, total=100, total_pages=5)
    page = printed(RunPage(runs=[open_run], pagination=place))

    documented = {"page": 1, "limit": 20, "total": 100, "totalPages": 5}
    assert page["pagination"] == documented | {"nextCursor": None}
    assert page["runs"][0]["state"] == "OPEN"
    assert page["runs"][0]["claimedBy"] is None


def test_claim__answered__has_the_documented_body():
    """API-1: seed 000, "Claim Run"."""
    agent = ClaimingAgent(id=1, status=AgentStatus.ESTABLISHED, staked_amount=20_000_000)
    shown = printed(ClaimAnswer(run=run(), agent=agent))

    assert list(shown) == ["success", "run", "agent", "message"]
    assert shown["success"] is True
    assert shown["agent"] == {"id": 1, "status": "ESTABLISHED", "stakedAmount": "20000000"}
    assert shown["message"] == "Run claimed successfully."


def test_eligibility__of_an_eligible_agent__has_the_documented_body():
    """API-1, API-3: seed 000, "Check Claim Eligibility"."""
    answer = Eligibility(
        eligible=True,
        reasons=[],
        reason_codes=[],
        agent=EligibleAgent(
            id=1, status=AgentStatus.ESTABLISHED, staked_amount=20_000_000, has_min_stake=True
        ),
        run=EligibleRun(id=1, state=RunState.OPEN, reward=100_000_000),
    )

    assert printed(answer) == {
        "eligible": True,
        "reasons": [],
        "reasonCodes": [],
        "agent": {
            "id": 1,
            "status": "ESTABLISHED",
            "stakedAmount": "20000000",
            "hasMinStake": True,
        },
        "run": {"id": 1, "state": "OPEN", "reward": "100000000"},
    }


def test_agent__shown__has_the_documented_keys():
    """API-2, RUN-22."""
    agent = Agent(
        id=0,
        owner_address=AGENT,
        wallet_address=AGENT,
        status=AgentStatus.PROVISIONAL,
        staked_amount=40_000_000,
        available_stake=20_000_000,
        locked_stake=20_000_000,
        strikes=0,
        reputation=Reputation(
            score=Decimal("66.67"), completions=1, total_claimed=2, total_volume=100_000_000
        ),
        agent_uri="ipfs://agent",
    )

    assert printed(agent) == {
        "id": 0,
        "ownerAddress": AGENT,
        "walletAddress": AGENT,
        "status": "PROVISIONAL",
        "stakedAmount": "40000000",
        "availableStake": "20000000",
        "lockedStake": "20000000",
        "strikes": 0,
        "reputation": {
            "score": 66.67,
            "completions": 1,
            "totalClaimed": 2,
            "totalVolume": "100000000",
        },
        "agentURI": "ipfs://agent",
    }


def test_claim_body__as_the_documents_send_it__is_read():
    """API-1: without `request` and `signature`, which are asked for (API-4)."""
    body = ClaimBody.model_validate({"agentId": 1, "walletAddress": AGENT})

    assert (body.agent_id, body.wallet_address) == (1, AGENT)
    assert body.request is None


def test_request__as_wallets_print_it__is_read():
    """API-4: numbers may be text, and `from` is the key."""
    sent = {"from": AGENT, "to": POSTER, "value": "0", "gas": "90000", "nonce": 0}
    request = Request.model_validate(sent | {"deadline": "1705320000", "data": "0x01"})

    assert (request.signer, request.gas, request.nonce) == (AGENT, 90_000, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reward": 1.5},
        {"reward": "1e3"},
        {"reward": "-1"},
        {"reward": "١٠٠"},
        {"reward": True},
        {"deadline": "2026-12-01"},
        {"deadline": "2026-12-01T12:00:00"},
        {"deadline": "1969-12-31T23:59:59Z"},
        {"deadline": "2026-13-01T12:00:00Z"},
        {"walletAddress": "0x12"},
        {"walletAddress": "0x" + "\N{FULLWIDTH DIGIT ONE}" * 40},
        {"ipfsHash": ""},
        {"reviewDays": 31},
        {"reviewDays": "7"},
        {"maxRevisions": -1},
        {"minStatus": "GOD"},
    ],
)
def test_post_body__with_a_wrong_value__is_refused(wrong):
    """API-2: nothing is guessed."""
    right = {
        "reward": "100000000",
        "deadline": "2026-12-01T12:00:00.000Z",
        "ipfsHash": "ipfs://Qm",
        "walletAddress": POSTER,
    }
    assert PostBody.model_validate(right).fund

    with pytest.raises(ValidationError):
        PostBody.model_validate(right | wrong)


def test_problem__shown__has_the_numeric_code_and_reasons():
    """API-3."""
    problem = Problem(
        title="Forbidden",
        status=403,
        code=403,
        detail="The agent is banned.",
        error="NOT_ELIGIBLE",
        reasons=["The agent is banned."],
        reason_codes=["AGENT_BANNED"],
    )

    shown = printed(problem)
    assert shown["code"] == 403
    assert shown["reasonCodes"] == ["AGENT_BANNED"]
    assert shown["type"] == "about:blank"
