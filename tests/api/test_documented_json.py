"""The JSON of the documents: every key, type and null, from real chain data (API-1)."""

from __future__ import annotations

import re

import pytest

from agentescrow.wire.agents import Agent, AgentPage, StakeInfo
from agentescrow.wire.eligibility import Eligibility
from agentescrow.wire.health import Readiness
from agentescrow.wire.runs import ClaimAnswer, RunPage, RunWithEvents
from agentescrow.wire.stats import Stats
from tests.api.conftest import USDC

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.000Z")
DIGITS = re.compile(r"\d+")
URI = re.compile(r"ipfs://\S+")

# Seed 000, "Get Run": what each key holds before and after the claim.
RUN = {
    "bountyId": (int, int),
    "posterAddress": (ADDRESS, ADDRESS),
    "ipfsHash": (URI, URI),
    "reward": (DIGITS, DIGITS),
    "deadline": (TIME, TIME),
    "state": ("OPEN", "CLAIMED"),
    "claimedBy": (None, int),
    "claimedByWallet": (None, ADDRESS),
    "stake": (None, DIGITS),
    "deliverableHash": (None, None),
    "claimedAt": (None, TIME),
    "submittedAt": (None, None),
    "createdAt": (TIME, TIME),
}
STATES = [
    "DRAFT",
    "OPEN",
    "CLAIMED",
    "IN_PROGRESS",
    "SUBMITTED",
    "APPROVED",
    "REVISION_REQUESTED",
    "REJECTED",
]
OURS = [
    "fee",
    "reviewDays",
    "maxRevisions",
    "revisions",
    "minStatus",
    "dueAt",
    "feedback",
    "reason",
    "abandoned",
]


def require(value, wanted):
    if wanted is None or isinstance(wanted, str | bool):
        assert value == wanted
    elif isinstance(wanted, type):
        assert type(value) is wanted
    else:
        assert isinstance(value, str)
        assert wanted.fullmatch(value), value


def require_run(shown, *, claimed):
    assert list(shown)[:13] == list(RUN)
    assert list(shown)[13 : 13 + len(OURS)] == OURS
    for key, wanted in RUN.items():
        require(shown[key], wanted[claimed])


@pytest.fixture(scope="module")
def agent_id(market, agent):
    return market.agent(agent)


@pytest.fixture
def run_id(market, poster):
    return market.post(poster)


def test_list__documented__has_every_key(market, client, run_id):
    """API-1, API-2: items 1 to 6 and 13 to 26."""
    params = {"page": 1, "limit": 20, "state": "OPEN", "minReward": 100}
    shown = client.get("/api/runs", params=params).json()

    assert list(shown) == ["runs", "pagination"]
    require_run(next(run for run in shown["runs"] if run["bountyId"] == run_id), claimed=False)
    assert all(run["state"] == "OPEN" for run in shown["runs"])
    pagination = shown["pagination"]
    assert list(pagination) == ["page", "limit", "total", "totalPages", "nextCursor"]
    assert (pagination["page"], pagination["limit"]) == (1, 20)
    assert pagination["totalPages"] == -(-pagination["total"] // 20)
    default = client.get("/api/runs").json()["pagination"]
    assert (default["page"], default["limit"]) == (1, 20)


def test_claim__documented__has_every_key(market, client, agent, agent_id, run_id):
    """API-1: items 7 to 10, 17 to 25: the answer of a claim, and the run after it."""
    eligible = client.get(f"/api/runs/{run_id}/claim-eligibility?agentId={agent_id}").json()
    assert eligible == {
        "eligible": True,
        "reasons": [],
        "reasonCodes": [],
        "agent": {
            "id": agent_id,
            "status": "PROVISIONAL",
            "stakedAmount": "20000000",
            "hasMinStake": True,
        },
        "run": {"id": run_id, "state": "OPEN", "reward": "100000000"},
    }

    answer = market.write(agent, f"/api/runs/{run_id}/claim", agentId=agent_id).json()
    assert list(answer) == ["success", "run", "agent", "message"]
    assert answer["success"] is True
    assert answer["message"] == "Run claimed successfully."
    assert answer["agent"] == {
        "id": agent_id,
        "status": "PROVISIONAL",
        "stakedAmount": "20000000",
    }
    require_run(answer["run"], claimed=True)
    assert answer["run"]["stake"] == "20000000"

    shown = client.get(f"/api/runs/{run_id}").json()
    require_run(shown, claimed=True)
    assert list(shown)[13 + len(OURS) :] == ["events"]
    assert list(shown["events"][0]) == [
        "id",
        "name",
        "contract",
        "runId",
        "agentId",
        "transactionHash",
        "blockNumber",
        "time",
        "data",
    ]
    market.write(agent, f"/api/runs/{run_id}/abandon")
    require_run(client.get(f"/api/runs/{run_id}").json(), claimed=False)


def test_list__of_each_documented_state__is_those_runs_alone(market, client, poster, run_id):
    """API-1: items 4 and 28 to 35: eight states, and a filter for each."""
    market.write(poster, f"/api/runs/{market.post(poster)}/cancel")
    shown = set()
    for state in STATES:
        runs = client.get("/api/runs", params={"state": state, "limit": 100}).json()["runs"]
        assert all(run["state"] == state for run in runs)
        shown |= {run["bountyId"] for run in runs}
    assert run_id in shown
    assert list(client.get("/api/stats").json()["runsByState"])[:8] == STATES


def test_answers__all__fit_their_shapes(market, client, agent_id, run_id):
    """API-2: what cards print is what the SDK's shapes read, and nothing more."""
    for path, shape in (
        ("/api/runs", RunPage),
        (f"/api/runs/{run_id}", RunWithEvents),
        (f"/api/runs/{run_id}/claim-eligibility?agentId={agent_id}", Eligibility),
        ("/api/agents", AgentPage),
        (f"/api/agents/{agent_id}", Agent),
        (f"/api/agents/{agent_id}/stake", StakeInfo),
        ("/api/stats", Stats),
        ("/ready", Readiness),
    ):
        shown = client.get(path).json()
        assert shape.model_validate(shown).model_dump(mode="json") == shown


def test_claim_answer__printed__is_its_shape(market, client, agent, agent_id, run_id):
    """API-2."""
    shown = market.write(agent, f"/api/runs/{run_id}/claim", agentId=agent_id).json()

    assert ClaimAnswer.model_validate(shown).model_dump(mode="json") == shown
    market.write(agent, f"/api/runs/{run_id}/abandon")


def test_stake_info__of_an_agent__says_whether_it_may_claim(market, client, agent):
    """API-2: items 75 and 77: isStaked and canClaimRuns."""
    poor, rich = market.agent(agent, staked=0), market.agent(agent, staked=20 * USDC)

    for agent_id, staked in ((poor, False), (rich, True)):
        shown = client.get(f"/api/agents/{agent_id}/stake").json()
        assert shown["isStaked"] is shown["hasMinStake"] is shown["canClaimRuns"] is staked
        assert shown["minStake"] == "20000000"
        require(shown["stakedAt"], TIME if staked else None)
